"""What the stock bots share: where they are told the Bot API is, and a testimony of fifteen questions."""

from __future__ import annotations

import os

BASE = os.environ["BENCH_API"]
TOKEN = os.environ["BENCH_TOKEN"]
FOLDER = os.environ["BENCH_FOLDER"]
REDIS = os.environ.get("BENCH_REDIS", "")

QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Q1/15 Do you consent to this anonymous collection?", ("I consent", "Tell me more")),
    ("Q2/15 In which city did it happen?", ()),
    ("Q3/15 Which of these describes you?", ("Woman", "Man", "Non-binary", "Rather not say")),
    ("Q4/15 How old were you?", ()),
    ("Q5/15 Where did it happen?", ("Work", "Home", "Street", "Public transport", "Other")),
    ("Q6/15 Describe the place in a few words.", ()),
    ("Q7/15 When did it happen?", ()),
    ("Q8/15 How often?", ("Once", "Several times", "Regularly")),
    ("Q9/15 Who did it?", ()),
    ("Q10/15 Tell what happened, in your own words.", ()),
    ("Q11/15 Did anyone see it?", ()),
    ("Q12/15 What followed for you?", ()),
    ("Q13/15 Did you report it?", ("Yes", "No", "Tried to")),
    ("Q14/15 What came out of it?", ()),
    ("Q15/15 Anything to add?", ()),
)
DONE = "Thank you. Your testimony is recorded."
