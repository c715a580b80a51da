"""What is wrong with a question."""

from __future__ import annotations


class QuestionError(ValueError):
    """The question cannot be answered; the message is one sentence that names what is allowed."""
