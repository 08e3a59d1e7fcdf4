"""The process in which files of others are opened: one question after another on its standard input, until it ends."""

from __future__ import annotations

import sys


def main() -> None:
    """Answer until the standard input ends."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer

    import pypdfium2  # noqa: F401  # loaded before the first file comes, not within its time

    import printing.interpreter  # noqa: F401
    from app.domain.errors import Refusal
    from printing.received.drawing import draw, look
    from printing.received.exchange import receive, send
    from printing.received.limits import limit_memory, limit_time

    limit_memory()
    send(answers, {"ready": True})
    while (question := receive(asked)) is not None:
        head, content = question
        limit_time()
        try:
            if head["ask"] == "look":
                send(answers, look(content, head["media"]))
            else:
                send(answers, *draw(content, head["media"], head["page"], head["how"]))
        except Refusal as refusal:
            send(answers, {"refusal": refusal.code, "facts": refusal.facts})
        except MemoryError:
            send(answers, {"refusal": "received_too_complex", "facts": {}})
            return  # what it still holds is not known


if __name__ == "__main__":
    main()
