"""Downloads from a server that stalls, breaks off and lies."""

import hashlib
import io
import re
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from filelock import FileLock
from PIL import Image

from seesay.commands.fetch import address, fetch, fetch_pictures, fetch_weights
from seesay.corpora import pascal1k
from seesay.planning import config
from seesay.settings import choice
from seesay.settings.fetch import FetchSettings
from seesay.shared import progress
from seesay.shared.digests import sha256
from seesay.shared.download import RefusedError, Wanted, download
from seesay.shared.errors import InputError
from support import configs
from support.loopback import serving
from support.workflow import snakemake

SETTINGS = FetchSettings(timeout=0.4, attempts=3, pause=0)
BODY = np.random.default_rng(0).bytes(3_000_000)
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as found:
        found.files["/net.pth"] = BODY
        yield found


def wanted(site, folder, digest=DIGEST, **more) -> Wanted:
    return Wanted(f"{site.url}/net.pth", folder / "net.pth", digest, **more)


def only(folder: Path, *names: str) -> bool:
    """Whether the folder holds these files and no other, hidden ones too."""
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_a_file_comes_whole(site, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(progress, "QUICK", 0.0)
    download(wanted(site, tmp_path, bar=True), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY
    assert only(tmp_path, "net.pth")
    assert site.asked == [("/net.pth", "")]
    assert "net.pth: 100%" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["stall", "truncate"])
def test_what_stalls_or_breaks_off_goes_on_where_it_was(site, tmp_path, capsys, fault):
    site.faults["/net.pth"] = [fault, fault]
    start = time.monotonic()
    download(wanted(site, tmp_path), SETTINGS)
    assert time.monotonic() - start < 10
    assert (tmp_path / "net.pth").read_bytes() == BODY
    ranges = [int(asked[6:-1]) for _, asked in site.asked[1:]]
    # Half, and half of the rest; what was on its way in the last 64 KiB is asked for again.
    assert len(ranges) == 2
    assert 0 <= 1_500_000 - ranges[0] <= 1 << 16
    assert 0 <= (3_000_000 + ranges[0]) / 2 - ranges[1] <= 1 << 16
    why = "nothing came for too long" if fault == "stall" else "it broke off"
    assert capsys.readouterr().err.count(f"net.pth: {why}; again in 0 s") == 2


def test_a_server_that_serves_no_ranges_is_asked_for_the_whole(site, tmp_path):
    site.ranges = False
    site.faults["/net.pth"] = ["truncate"]
    download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY


@pytest.mark.parametrize("fault", ["503", "429", "silent", "past"])
def test_a_passing_fault_is_tried_again(site, tmp_path, fault):
    site.faults["/net.pth"] = ["truncate", fault] if fault == "past" else [fault]
    download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY


@pytest.mark.parametrize("fault", ["drip", "head"])
def test_what_comes_drop_by_drop_is_given_up(site, tmp_path, capsys, fault):
    """Each byte comes within the timeout, and all of them in 42 hours."""
    site.faults["/net.pth"] = [fault] * 3
    start = time.monotonic()
    with pytest.raises(InputError, match=r"net.pth: it comes at less than 2 kB/s \(attempt 3\)"):
        download(wanted(site, tmp_path), SETTINGS)
    assert time.monotonic() - start < 15
    # The timer ends with the download.
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY


@pytest.mark.parametrize("fault", ["endless", "huge"])
def test_an_endless_body_fills_no_disk(site, tmp_path, fault):
    site.faults["/net.pth"] = [fault]
    with pytest.raises(
        RefusedError, match="more than the 10 MB that such a file may have"
    ) as error:
        download(wanted(site, tmp_path, most=10_000_000), SETTINGS)
    assert "\n" not in str(error.value)
    assert len(site.asked) == 1
    assert only(tmp_path)


def test_a_file_that_the_disk_has_no_room_for_is_not_begun(site, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=2_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InputError, match=r"net.pth: 3 MB, and 2 MB are free there; free some"):
        download(wanted(site, tmp_path), SETTINGS)
    assert only(tmp_path)


def test_a_fault_that_stays_is_one_line_and_the_next_run_goes_on(site, tmp_path):
    site.faults["/net.pth"] = ["truncate"] * 3
    with pytest.raises(InputError, match=r"net.pth: it broke off.* \(attempt 3\); run it") as error:
        download(wanted(site, tmp_path), SETTINGS)
    assert "\n" not in str(error.value)
    assert only(tmp_path, ".net.pth.part")
    site.asked.clear()
    download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY
    assert len(site.asked) == 1
    assert site.asked[0][1] > "bytes=2"
    assert only(tmp_path, "net.pth")


def test_without_a_server_it_is_one_line(tmp_path):
    gone = Wanted("http://127.0.0.1:9/net.pth", tmp_path / "net.pth", DIGEST)
    with pytest.raises(InputError, match=r"net.pth: no connection \(attempt 3\)$"):
        download(gone, SETTINGS)


@pytest.mark.parametrize("status", ["403", "404", "410"])
def test_a_file_that_is_not_there_is_asked_for_once(site, tmp_path, status):
    site.faults["/net.pth"] = [status]
    with pytest.raises(RefusedError, match=f"the server says {status} "):
        download(wanted(site, tmp_path), SETTINGS)
    assert len(site.asked) == 1
    assert only(tmp_path)


def test_a_wrong_file_is_refused_and_not_kept(site, tmp_path):
    site.files["/net.pth"] = b"<html>Please log in</html>"
    with pytest.raises(RefusedError, match=r"its SHA-256 begins with .* not with") as error:
        download(wanted(site, tmp_path), SETTINGS)
    assert "\n" not in str(error.value)
    assert len(site.asked) == 1
    assert only(tmp_path)


def test_a_wrong_file_takes_nothing_from_what_was_there(site, tmp_path):
    (tmp_path / "net.pth").write_bytes(b"mine")
    site.files["/net.pth"] = b"other"
    with pytest.raises(RefusedError):
        download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == b"mine"


@pytest.mark.parametrize("left", [b"x" * 1000, b"x" * 3_000_000, b"x" * 4_000_000])
def test_a_rest_of_another_file_is_given_up(site, tmp_path, left):
    (tmp_path / ".net.pth.part").write_bytes(left)
    download(wanted(site, tmp_path), SETTINGS)
    assert (tmp_path / "net.pth").read_bytes() == BODY
    assert only(tmp_path, "net.pth")


def test_without_a_digest_only_the_same_version_goes_on(site, tmp_path):
    (tmp_path / ".net.pth.part").write_bytes(BODY[:1000])
    site.faults["/net.pth"] = ["truncate"]
    download(wanted(site, tmp_path, ""), SETTINGS)
    # Of another run's rest nothing is taken; within a run If-Range asks for the same version.
    assert site.asked[0][1] == ""
    assert site.asked[1][1] != ""
    assert (tmp_path / "net.pth").read_bytes() == BODY
    site.tag = ""
    site.faults["/net.pth"] = ["truncate"]
    download(wanted(site, tmp_path, ""), SETTINGS)
    assert site.asked[-1][1] == ""
    assert (tmp_path / "net.pth").read_bytes() == BODY


def test_weights_go_into_torch_hub_and_are_checked(site, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    hub, name = tmp_path / "hub" / "checkpoints", f"net-{DIGEST[:8]}.pth"
    site.files[f"/models/{name}"] = BODY
    fetch_weights(f"{site.url}/models/{name}", SETTINGS)
    assert sha256(hub / name) == DIGEST
    fetch_weights(f"{site.url}/models/{name}", SETTINGS)
    assert len(site.asked) == 1
    assert "there already" in capsys.readouterr().out
    # A damaged one is fetched again.
    (hub / name).write_bytes(BODY[:100])
    fetch_weights(f"{site.url}/models/{name}", SETTINGS)
    assert sha256(hub / name) == DIGEST
    with (
        FileLock(hub / ".fetch.lock"),
        pytest.raises(InputError, match="another fetch is at work there"),
    ):
        fetch_weights(f"{site.url}/models/{name}", SETTINGS)


def test_every_network_without_a_package_has_an_address():
    package = "seesay.vision.networks"
    about = {name: choice.about(package, name) for name in choice.names(package)}
    downloaded = [name for name in about if not about[name].packaged]
    assert {"alexnet", "vgg16", "fasterrcnn"} <= set(downloaded)
    for network in downloaded:
        assert re.fullmatch(r"https://\S+-[0-9a-f]{8,64}\.pth?", address(network))


# ---- the page of Pascal1K and its pictures


def jpeg(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


NAMES = ["cat/2008_1.jpg", "cat/2008_2.jpg", "dog/2008_3.jpg"]
ROW = '<tr><td><img src="{}"></td><td><table>{}</table></td></tr>'
SAID = "".join(f"<tr><td>Sentence {n}.</td></tr>" for n in range(5))
ODD = ["../../../etc/p.jpg", "cat/.hidden.jpg", "cat/%2e%2e.jpg", "logo.gif"]
PAGE = "<table>" + "".join(ROW.format(name, SAID) for name in NAMES + ODD) + "</table>"


@pytest.fixture
def pascal(site):
    site.files["/pascal/"] = PAGE.encode()
    for seed, name in enumerate(NAMES):
        site.files[f"/pascal/{name}"] = jpeg(seed)
    site.files["/pascal/../../../etc/p.jpg"] = site.files["/etc/p.jpg"] = jpeg(9)
    return site


def got(folder: Path) -> list[str]:
    return [p.image_id for p in pascal1k.read(folder)[0] if len(p.captions) == 5]


@pytest.mark.parametrize("slash", ["", "/"])
def test_pascal1k_is_fetched_as_its_reader_wants_it(pascal, tmp_path, slash):
    pascal.faults = {"/pascal/cat/2008_2.jpg": ["stall", "truncate"]}
    if not slash:
        pascal.files["/pascal"] = pascal.files.pop("/pascal/")
    folder = tmp_path / "corpus"
    fetch_pictures(f"{pascal.url}/pascal{slash}", folder, SETTINGS)
    assert got(folder) == ["cat/2008_1", "cat/2008_2", "dog/2008_3", "etc/p"]
    below = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert below == {"corpus"}
    sums = (folder / "SHA256SUMS").read_text()
    assert len(sums.splitlines()) == 5
    assert f"{sha256(folder / NAMES[0])}  {NAMES[0]}\n" in sums
    # Again: only what is gone or damaged.
    pascal.asked.clear()
    (folder / NAMES[1]).unlink()
    (folder / NAMES[2]).write_bytes(b"damaged")
    fetch_pictures(f"{pascal.url}/pascal{slash}", folder, SETTINGS)
    assert [path for path, _ in pascal.asked] == [f"/pascal/{name}" for name in NAMES[1:]]
    assert (folder / "SHA256SUMS").read_text() == sums


def test_a_picture_that_is_another_than_the_sums_say_is_refused(pascal, tmp_path):
    sums = f"{hashlib.sha256(jpeg(0)).hexdigest()}  {NAMES[0]}\n"
    (tmp_path / "SHA256SUMS").write_text(sums)
    pascal.files[f"/pascal/{NAMES[0]}"] = jpeg(5)
    pascal.files[f"/pascal/{NAMES[1]}"] = b"<html>moved</html>"
    del pascal.files[f"/pascal/{NAMES[2]}"]
    with pytest.raises(InputError, match=r"^3 of 4 pictures not fetched: .*SHA-256") as error:
        fetch_pictures(f"{pascal.url}/pascal/", tmp_path, SETTINGS)
    assert "\n" not in str(error.value)
    assert not any((tmp_path / name).exists() for name in NAMES)
    assert sums in (tmp_path / "SHA256SUMS").read_text()


def test_a_page_that_is_none_and_sums_that_are_none_are_one_line(pascal, tmp_path):
    pascal.files["/pascal/"] = b"<html>We have moved.</html>"
    with pytest.raises(RefusedError, match="no page of pictures with sentences"):
        fetch_pictures(f"{pascal.url}/pascal/", tmp_path, SETTINGS)
    assert not (tmp_path / "pascal-sentences.html").exists()
    (tmp_path / "SHA256SUMS").write_text("what\n")
    with pytest.raises(InputError, match="SHA256SUMS: line 1: no SHA-256 and name"):
        fetch_pictures(f"{pascal.url}/pascal/", tmp_path, SETTINGS)


def test_a_page_of_too_many_pictures_is_refused(pascal, tmp_path):
    rows = [ROW.format(f"cat/{n}.jpg", SAID) for n in range(5001)]
    pascal.files["/pascal/"] = f"<table>{''.join(rows)}</table>".encode()
    with pytest.raises(RefusedError, match="a page of 5,001 pictures, where Pascal1K has 1,000"):
        fetch_pictures(f"{pascal.url}/pascal/", tmp_path, SETTINGS)
    assert len(pascal.asked) == 1


def test_pictures_of_ones_own_are_left_alone(pascal, tmp_path, capsys):
    (tmp_path / "mine.jpg").write_bytes(jpeg(1))
    fetch([], tmp_path, SETTINGS.model_copy(update={"pascal1k": f"{pascal.url}/pascal/"}))
    assert only(tmp_path, "mine.jpg")
    assert pascal.asked == []
    assert "1 pictures of your own" in capsys.readouterr().out


# ---- what a config wants fetched, and the target


def paper():
    return configs.complete("paper.yaml")


def test_what_a_config_wants_fetched():
    values = paper()
    loaded = config.load(values)
    assert loaded.fetched_networks() == ["alexnet"]
    assert loaded.fetched_folder() == "data/pascal1k"
    values["fc7"] |= {"network": "fasterrcnn"}
    values["regions"]["proposals"] = "rpn"
    del values["fetch"]
    assert config.load(values).fetched_networks() == ["fasterrcnn"]
    assert config.load(values).fetched_folder() == ""
    values["fc7"] |= {"network": "efficientnet_lite0", "size": 224}
    values["regions"]["weights"] = "random"
    assert config.load(values).fetched_networks() == []
    values["fetch"] = {"pascal1k": "http://host/"}
    values["pictures"]["corpora"][0]["reader"] = "flickr8k"
    with pytest.raises(InputError, match=r"fetch.pascal1k needs one entry .* there are 0"):
        config.load(values)


@pytest.mark.slow
def test_the_target_fetches_and_no_other_target_does(pascal, tmp_path):
    values = paper()
    values["fetch"] = {"pascal1k": f"{pascal.url}/pascal/", "timeout": 1, "pause": 0}
    values["fc7"]["weights"] = "random"
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    other = snakemake(tmp_path, "-n")
    assert other.returncode != 0
    lines = [line for line in (other.stdout + other.stderr).splitlines() if "error:" in line]
    assert lines == ["error: data/pascal1k: no such folder; correct its path in pictures.corpora"]
    assert pascal.asked == []
    for _ in range(2):
        result = snakemake(tmp_path, "fetch")
        assert result.returncode == 0, result.stderr[-3000:]
        assert "Finished jobid: 0 (Rule: fetch)" in result.stdout + result.stderr
    assert len(pascal.asked) == 5
    assert len(got(tmp_path / "data" / "pascal1k")) == 4
    (tmp_path / "data" / "pascal1k" / NAMES[0]).unlink()
    del pascal.files[f"/pascal/{NAMES[0]}"]
    result = snakemake(tmp_path, "fetch")
    assert result.returncode != 0
    assert "error: 1 of 4 pictures not fetched" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
