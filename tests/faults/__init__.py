"""Everything that can happen to a Seuil that serves hundreds at once, drawn from a seed, round after round.

    wires    TCP between two processes        people   who talks, and what she must be told
    disks    a small disk that can be filled  members  a moderator, and a partner
    driven   the program, its clock moved     draws    one fault after the other
    fleet    processes, and what they need    scene    all of it, and what became of everybody

    python -m tests.faults [--rounds 200] [--people 500] [--seed 2017] [--store sqlite|postgresql]

What must hold in the end, whatever happened: every answer that was acknowledged is there, no testimony is
there twice, every digest once, nobody waits for an answer, and no log holds anything of anybody. Where
something is lost by design (the keys of open drafts with the memory they lie in), the harness knows it, and
asks that she be told.

Never here: anything the program imports.
"""
