"""The amplitude envelope of a recording, and the stretches of it that are speech."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from seesay.audio.logmel import LogMel
from seesay.settings.logmel import LogmelSettings
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import sound

Floats = NDArray[np.float64]

# Half the hop of the paper's frames: boundaries are scored with a tolerance of 20 ms.
FRAMES = LogmelSettings(hop=0.005)
LOUD = 95.0  # percentile of a recording's sounds that is its loud level
STEVENS = 0.3
RANGE = 50.0  # dB below the loudest frame that are sound


@dataclass(frozen=True)
class Envelope:
    """A recording in frames of `hop` s: log-Mel `frames` (m, filters), and their `power` (m,).

    Frame i is centred on i x hop; full scale is 1; `duration` is the recording's length in s.
    """

    frames: NDArray[np.float32]
    power: Floats
    hop: float
    duration: float

    @property
    def amplitude(self) -> Floats:
        """The amplitude (m,), compressed like loudness: the power to 0.3 (Stevens' law)."""
        compressed: Floats = self.power**STEVENS
        return compressed

    def frame(self, time: float) -> int:
        """The frame nearest to a time in s."""
        return min(max(round(time / self.hop), 0), len(self.power) - 1)

    def smoothed(self, seconds: float) -> Floats:
        """The amplitude (m,) smoothed by a Gaussian with this standard deviation, in s."""
        if not seconds:
            return self.amplitude
        smooth: Floats = gaussian_filter1d(self.amplitude, seconds / self.hop, mode="nearest")
        return smooth

    @property
    def loud(self) -> float:
        """The power of loud speech: the 95th percentile of the frames with sound, 0 without any.

        These are the frames at most 50 dB below the loudest one, so that long silence does not
        count.
        """
        most = self.power.max()
        if most < 2 * FRAMES.floor * FRAMES.filters:
            return 0.0
        return float(np.percentile(self.power[self.power > most * 10 ** (-RANGE / 10)], LOUD))

    def spans(self, settings: SegmentationSettings) -> list[tuple[float, float]]:
        """Onset and offset of each stretch of speech, in s, in the order of time.

        Frames up to `silence` dB below the loud level are sound. Silence of at most `pause` s
        between sounds belongs to the stretch; stretches shorter than `least` s are left out.
        """
        if not self.loud:
            return []
        sound = self.power > self.loud * 10 ** (-settings.silence / 10)
        steps = np.flatnonzero(np.diff(np.concatenate([[False], sound, [False]]).astype(np.int8)))
        # A frame stands for the half hop before and after its middle.
        starts, ends = (steps.reshape(-1, 2).T - 0.5) * self.hop
        apart = starts[1:] - ends[:-1] > settings.pause
        starts, ends = starts[np.r_[True, apart]], ends[np.r_[apart, True]]
        starts, ends = np.maximum(starts, 0.0), np.minimum(ends, self.duration)
        kept = ends - starts >= settings.least
        return list(zip(starts[kept].tolist(), ends[kept].tolist(), strict=True))


def envelope(path: Path, channel: int) -> Envelope:
    """The envelope of a recording. Raises InputError as `sound.pieces` does."""
    heard, count = [], 0
    for piece in sound.pieces(path, FRAMES.sample_rate, channel):
        heard.append(piece)
        count += len(piece)
    frames = _log_mel().frames(heard)
    power = np.exp(frames.astype(np.float64)).sum(axis=1)
    return Envelope(frames, power, FRAMES.hop, count / FRAMES.sample_rate)


@cache
def _log_mel() -> LogMel:
    return LogMel(FRAMES)
