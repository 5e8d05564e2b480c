"""What a reader of everything published can compute of the cells held back.

The attacks read a saved folder and nothing else; the truth only scores them. They share
no code with what guards a result: whoever changes that cannot change the attack.
"""

from validation.disclosure._attack import attacks, confirmed, everything_says, truth_of
from validation.disclosure._guesses import (
    digits_match,
    from_margins,
    learnt,
    projected,
)
from validation.disclosure._published import read_published
from validation.disclosure._scores import score
from validation.disclosure._studies import Attacked

__all__ = [
    "Attacked", "attacks", "confirmed", "digits_match", "everything_says",
    "from_margins", "learnt", "projected", "read_published", "score", "truth_of",
]  # fmt: skip
