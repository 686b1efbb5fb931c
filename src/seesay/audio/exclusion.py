"""Leaves out the talkers and recordings of `speech.exclude`, with all their words."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.shared.printable import composed

REASON = "left out by speech.exclude"


class Exclusion:
    """Regular expressions of talkers and recordings to leave out; each must match a whole id.

    Attributes:
        unused: The expressions that have matched nothing so far.
    """

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        # Ids are composed, so compose the expressions.
        self.patterns = [re.compile(composed(p.pattern), p.flags) for p in patterns]
        self.unused = [pattern.pattern for pattern in self.patterns]

    def apply(
        self, recordings: list[Recording], words: list[SpokenWord]
    ) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
        """The recordings and words that stay, and a reject for each excluded recording and talker.

        Ids include the corpus's name.
        """
        if not self.patterns:
            return recordings, words, []
        files = self._matched({recording.recording_id for recording in recordings})
        talkers = self._matched({word.talker for word in words})
        gone = Counter(word.recording_id for word in words if word.recording_id in files)
        said = Counter(
            word.talker
            for word in words
            if word.talker in talkers and word.recording_id not in files
        )
        rejects = [Reject(name, f"{REASON}, with {gone[name]} words", True) for name in files]
        rejects += [
            Reject(name, f"a talker {REASON}, with {said[name]} words", True)
            for name in sorted(said)
        ]
        kept = [w for w in words if w.recording_id not in files and w.talker not in talkers]
        silent = {word.recording_id for word in words} - {word.recording_id for word in kept}
        first = {word.recording_id: word.talker for word in reversed(kept)}
        # A recording is named by its first talker, who may be excluded.
        staying = [
            replace(r, talker=first.get(r.recording_id, r.talker)) if r.talker in talkers else r
            for r in recordings
            if r.recording_id not in silent | files.keys()
        ]
        return staying, kept, rejects

    def rest(self) -> list[Reject]:
        """A reject for each expression that matched nothing in any corpus."""
        return [
            Reject("speech.exclude", f"{pattern!r} matches no whole id of a talker or a recording")
            for pattern in self.unused
        ]

    def _matched(self, ids: set[str]) -> dict[str, None]:
        """The ids that an expression matches, sorted."""
        matched: dict[str, None] = {}
        for name in sorted(ids):
            fits = [p.pattern for p in self.patterns if p.fullmatch(name)]
            self.unused = [pattern for pattern in self.unused if pattern not in fits]
            if fits:
                matched[name] = None
        return matched
