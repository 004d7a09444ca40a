// What the stock bots share: where they are told the Bot API is, and a testimony of fifteen questions.
// The same words as fifteen.py.
"use strict";

const QUESTIONS = [
  ["Q1/15 Do you consent to this anonymous collection?", ["I consent", "Tell me more"]],
  ["Q2/15 In which city did it happen?", null],
  ["Q3/15 Which of these describes you?", ["Woman", "Man", "Non-binary", "Rather not say"]],
  ["Q4/15 How old were you?", null],
  ["Q5/15 Where did it happen?", ["Work", "Home", "Street", "Public transport", "Other"]],
  ["Q6/15 Describe the place in a few words.", null],
  ["Q7/15 When did it happen?", null],
  ["Q8/15 How often?", ["Once", "Several times", "Regularly"]],
  ["Q9/15 Who did it?", null],
  ["Q10/15 Tell what happened, in your own words.", null],
  ["Q11/15 Did anyone see it?", null],
  ["Q12/15 What followed for you?", null],
  ["Q13/15 Did you report it?", ["Yes", "No", "Tried to"]],
  ["Q14/15 What came out of it?", null],
  ["Q15/15 Anything to add?", null],
];

const keyboard = (n) =>
  QUESTIONS[n][1]
    ? { inline_keyboard: QUESTIONS[n][1].map((text, which) => [{ text, callback_data: `${n}:${which}` }]) }
    : undefined;

module.exports = {
  QUESTIONS,
  keyboard,
  DONE: "Thank you. Your testimony is recorded.",
  BASE: process.env.BENCH_API,
  TOKEN: process.env.BENCH_TOKEN,
  FOLDER: process.env.BENCH_FOLDER,
};
