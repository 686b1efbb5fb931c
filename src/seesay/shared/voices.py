"""The synthesisers: whose voice a talker has, and whether an engine is installed.

Talkers of eSpeak NG are F01, M01, ...; other engines put their name before it: flite-F01.
"""

import ctypes
import importlib.util
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from seesay.settings.synthesis import KokoroSettings, SynthesisSettings

FLITE_VOICES = ("kal16", "rms", "slt", "awb")
FESTIVAL_VOICES = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")
FESTIVAL_FOLDER = Path("/usr/share/festival/voices")  # Debian's
DEBIAN = {
    "flite": "flite",
    "festival": "festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts",
}
KOKORO_VOICES = "[ab][fm]_*.bin"
TALKER = re.compile("((flite|festival|kokoro)-)?[FM][0-9]{2,3}")


def talker_names(count: int, engines: tuple[str, ...] = ("espeak",)) -> list[str]:
    """The talkers, dealt evenly over the engines: F01, F02, ..., M01, M02, ... of each.

    Half of an engine's talkers are female; an odd one is male.
    """
    found = []
    for place, engine in enumerate(engines):
        own = count // len(engines) + (place < count % len(engines))
        before = "" if engine == "espeak" else f"{engine}-"
        females = own // 2
        found += [f"{before}F{number:02}" for number in range(1, females + 1)]
        found += [f"{before}M{number:02}" for number in range(1, own - females + 1)]
    return found


def engine_of(talker: str) -> str:
    """The engine of a synthetic talker."""
    return talker.rpartition("-")[0] or "espeak"


def number_of(talker: str) -> str:
    """A synthetic talker's sex and number: F01."""
    return talker.rpartition("-")[2]


def synthesisers(talkers: Iterable[str]) -> dict[str, str]:
    """The engine of each synthetic talker; {} with a single engine, or if a talker is a person.

    A person may have the id of an eSpeak NG talker, so a single engine proves nothing.
    """
    engines = {talker: engine_of(talker) for talker in talkers}
    if not all(TALKER.fullmatch(talker) for talker in engines):
        return {}
    return engines if len(set(engines.values())) > 1 else {}


def missing(settings: SynthesisSettings) -> str | None:
    """What an engine of the settings lacks here, in one line; None if all can speak."""
    for engine in settings.engines:
        wanted = lack(engine, settings.kokoro)
        if wanted:
            return f"synthesis.engines: {engine}: {wanted}, or leave {engine} out"
    return None


def lack(engine: str, kokoro: KokoroSettings | None = None) -> str | None:
    """What an engine lacks here, and how to get it; None if it can speak."""
    if engine == "flite":
        return _flite()
    if engine == "festival":
        return _festival()
    return _kokoro(kokoro) if engine == "kokoro" else None


def _flite() -> str | None:
    for name in ("libflite", *(f"libflite_cmu_us_{voice}" for voice in FLITE_VOICES)):
        try:
            ctypes.CDLL(f"{name}.so.1", mode=ctypes.RTLD_GLOBAL)
        except OSError:
            return f"{name}.so.1 cannot be loaded; install Debian's package {DEBIAN['flite']}"
    return None


def _festival() -> str | None:
    remedy = f"install Debian's packages {DEBIAN['festival']}"
    if shutil.which("festival") is None:
        return f"there is no program festival; {remedy}"
    if FESTIVAL_FOLDER.is_dir():
        for voice in FESTIVAL_VOICES:
            if not any(FESTIVAL_FOLDER.glob(f"*/{voice}")):
                return f"there is no voice {voice}; {remedy}"
    return None


def _kokoro(settings: KokoroSettings | None) -> str | None:
    if settings is None:
        return "no model is named; give synthesis.kokoro: {model: FILE, voices: FOLDER}"
    for package in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            return f"there is no package {package}; pip install 'seesay[kokoro]'"
    if not Path(settings.model).is_file():
        return f"{settings.model}: no such file; synthesis.kokoro.model names it"
    sexes = {path.name[1] for path in kokoro_voices(Path(settings.voices))}
    if sexes != {"f", "m"}:
        return (
            f"{settings.voices}: expected English voices of both sexes, as af_heart.bin and"
            " bm_george.bin; synthesis.kokoro.voices names it"
        )
    return None


def kokoro_voices(folder: Path) -> list[Path]:
    """The files of English voices: af_*.bin, am_*.bin, bf_*.bin, bm_*.bin, sorted."""
    return sorted(folder.glob(KOKORO_VOICES))


def files(settings: SynthesisSettings) -> list[str]:
    """The files that the engines read, which a rule compares: kokoro's model and voices."""
    if "kokoro" not in settings.engines or settings.kokoro is None:
        return []
    voices = kokoro_voices(Path(settings.kokoro.voices))
    return [settings.kokoro.model, *map(str, voices)]
