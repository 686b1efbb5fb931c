"""The server of the page: it finds what search finds, and tells strangers nothing."""

import base64
import http.client
import io
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.request
import zlib

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
import yaml
from PIL import Image

from seesay.commands import cli
from seesay.commands.demo import carried as carrying
from seesay.commands.demo import chance, one_file, page, trimming, uploads
from seesay.commands.demo.chosen import Chosen
from seesay.commands.demo.page import About
from seesay.exhibits.gallery import Gallery
from seesay.model.network import Network
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.settings.network import NetworkSettings
from seesay.shared import sound, tables
from seesay.shared.errors import InputError
from seesay.shared.vectors import unit
from support import ROOT
from support.demo_server import longest_word, serving

RATE = 16000


@pytest.fixture(scope="module")
def server(small_run):
    with serving(small_run / "results") as served:
        yield served


@pytest.fixture(scope="module")
def word(server):
    """Samples and rate of a word of the run."""
    path, onset, offset = longest_word(server.results)
    return sound.span(path, onset, offset)


def wav(samples, rate, **options):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, **{"format": "WAV", "subtype": "PCM_16"} | options)
    return file.getvalue()


def ask(server, address, content=None, method=None, headers=None):
    """Status, headers and content of an answer; POST where there is a content."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    method = method or ("GET" if content is None else "POST")
    connection.request(method, address, body=content, headers=headers or {})
    reply = connection.getresponse()
    found = reply.status, reply.headers, reply.read()
    connection.close()
    return found


def found(server, address, content=b""):
    """The answer of a search that succeeds."""
    status, _, text = ask(server, address, content)
    assert status == 200, text
    return json.loads(text)


# ---- The same as search


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subtype": "PCM_24"},
        {"format": "FLAC"},
        {"format": "OGG", "subtype": "VORBIS"},
        {"format": "MP3", "subtype": "MPEG_LAYER_III"},
    ],
)
def test_a_file_finds_the_pictures_that_search_finds(server, word, tmp_path, options):
    samples, rate = word
    content = wav(np.stack([samples, samples / 3], axis=1), rate, **options)
    (tmp_path / "word").write_bytes(content)
    wanted = server.search.say(tmp_path / "word")
    answer = found(server, "/say", content)
    assert [item["picture"]["id"] for item in answer["found"]] == wanted["image_id"].to_list()
    assert [item["cosine"] for item in answer["found"]] == wanted["cosine"].to_list()
    boxes = wanted[["x0", "y0", "x1", "y1"]].to_numpy().tolist()
    shown = [item["box"] for item in answer["found"]]
    assert [[x, y, x + width, y + height] for x, y, width, height in shown] == boxes
    assert answer["taken"] == [0, 1]
    assert sum(answer["all"][2]) == answer["of"] == 24


def test_a_split_alone_is_searched(server, word):
    answer = found(server, "/say?split=test", wav(*word))
    assert answer["of"] == 4
    assert {item["picture"]["split"] for item in answer["found"]} == {"test"}


def test_a_picture_finds_the_words_that_search_finds(server):
    path = (
        server.results.parent
        / tables.read(IMAGES, server.results / "pictures" / "images.parquet").loc[3, "path"]
    )
    wanted = server.search.look(path)
    answer = found(server, "/look", path.read_bytes())
    for name, column in (("word", "word"), ("spoken", "spoken_word"), ("cosine", "cosine")):
        assert [item[name] for item in answer["found"]] == wanted[column].to_list()
    assert [server.search.tokens.keys["token_id"][item["token"]] for item in answer["found"]] == (
        wanted["token_id"].to_list()
    )
    assert (answer["width"], answer["height"]) == Image.open(path).size
    # A picture of the run has these embeddings already.
    number = [p["id"] for p in server.answers.pictures].index(path.stem)
    again = found(server, f"/look/{number}")
    assert [item["token"] for item in again["found"]] == [i["token"] for i in answer["found"]]


def test_a_token_of_the_run_finds_its_own_cut_out(server, tmp_path):
    answer = found(server, "/say/7")
    keys = server.search.tokens.keys
    for name, column in (("spoken", "spoken_word"), ("word", "word"), ("talker", "talker")):
        assert answer[name] == keys[column][7]
    vectors = server.search.fragments.units @ server.search.tokens.units[7]
    images = server.search.fragments.keys["image_id"]
    best = {image: vectors[images == image].max() for image in images.unique()}
    order = sorted(best, key=lambda image: -best[image])
    assert [item["picture"]["id"] for item in answer["found"]] == order[:10]
    _, headers, heard = ask(server, "/sound/7")
    assert headers["Content-Type"] == "audio/wav"
    row = keys.iloc[[7]].assign(rank=1)
    (cut,) = server.search.cut(row, tmp_path)
    assert heard == cut.read_bytes()


def test_the_numbers_beside_a_picture_are_those_of_a_loop(server, word):
    """Share of the other pictures below, and of tokens that no caption of the picture uses."""
    answer = found(server, "/say", wav(*word))
    said = tables.read(SPOKEN_CAPTIONS, server.results / "matching" / "spoken_captions.parquet")
    keys, tokens = server.search.fragments.keys, server.search.tokens
    for place, item in enumerate(answer["found"]):
        name = item["picture"]["id"]
        right = set(said.loc[said["image_id"] == name, "spoken_word"])
        fragments = server.search.fragments.units[(keys["image_id"] == name).to_numpy()]
        near = [
            max(round(float(vector @ fragment), 6) for fragment in fragments) >= item["cosine"]
            for spoken, vector in zip(tokens.keys["spoken_word"], tokens.units, strict=True)
            if spoken not in right
        ]
        assert item["wrong"] == pytest.approx((1 + sum(near)) / (1 + len(near)), abs=2e-3)
        assert item["above"] == pytest.approx((answer["of"] - 1 - place) / (answer["of"] - 1))


def test_a_run_of_ready_made_fragments_shows_its_own_pictures_without_boxes(small_run, word):
    with serving(small_run / "results") as served:
        search = served.answers.search
        search.recipe = search.recipe.model_copy(update={"regions": None, "fc7": None})
        search.fragments.keys[["x0", "y0", "x1", "y1"]] = np.nan
        search.fragments.keys["path"] = ""
        assert {item["box"] for item in found(served, "/say", wav(*word))["found"]} == {None}
        assert {item["box"] for item in found(served, "/look/0")["found"]} == {None}
        picture = io.BytesIO()
        Image.new("RGB", (9, 9)).save(picture, "PNG")
        for address, content in (("/look", picture.getvalue()), ("/picture/0", None)):
            status, _, text = ask(served, address, content)
            assert status in (404, 422)
            assert re.search("(ready-made fragments|no file of this)", json.loads(text)["error"])


def test_wrong_items_are_drawn_from_many_and_none_is_right(monkeypatch):
    monkeypatch.setattr(chance, "MOST", 5)
    rng = np.random.default_rng(1)
    keys = pd.DataFrame({"name": [f"n{n // 3:02d}" for n in range(60)], "row": range(60)})
    gallery = Gallery.of(keys, rng.normal(size=(60, 4)).astype(np.float32), "name", ["row"])
    wrong = chance.Wrong.drawn(gallery, "name", alone=False)
    assert len(set(wrong.names)) == 5
    for name, start in zip(wrong.names, wrong.starts, strict=True):
        rows = (keys["name"] == name).to_numpy()
        assert np.array_equal(wrong.units[start : start + 3], gallery.units[rows])
    asked = unit(rng.normal(size=(1, 4)))
    best = {n: (gallery.units[keys["name"] == n] @ asked[0]).max() for n in wrong.names}
    first, *others = wrong.names
    share = wrong.as_near(asked, 0.5, {first})
    assert share == (1 + sum(best[n] >= 0.5 for n in others)) / 5
    assert wrong.as_near(asked, 0.5, set(wrong.names)) is None


# ---- The word within a recording


def tone(seconds, loud, rate=RATE):
    return loud * np.sin(2 * np.pi * 300 * np.arange(round(seconds * rate)) / rate)


CASES = {
    # parts of a recording as (seconds, loudness), noise, and where the word is
    "a word in silence": ([(0.5, 0), (0.4, 0.3), (0.6, 0)], 0, (0.5, 0.9)),
    "a word in noise": ([(0.5, 0), (0.4, 0.3), (0.6, 0)], 0.01, (0.5, 0.9)),
    "the louder of two": ([(0.4, 0), (0.3, 0.1), (0.5, 0), (0.3, 0.4), (0.5, 0)], 0, (1.2, 1.5)),
    "a closure within it": ([(0.4, 0), (0.2, 0.3), (0.1, 0), (0.2, 0.3), (0.4, 0)], 0, (0.4, 0.9)),
    "a click before it": ([(0.2, 0), (0.01, 0.5), (0.5, 0), (0.4, 0.3), (0.4, 0)], 0, (0.71, 1.11)),
    "at the start": ([(0.4, 0.3), (0.6, 0)], 0, (0, 0.4)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_word_is_the_loudest_stretch(case, tmp_path):
    parts, noise, wanted = CASES[case]
    samples = np.concatenate([tone(*part) for part in parts])
    samples += noise * np.random.default_rng(0).normal(size=len(samples))
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    # Half of a window of 25 ms, and half of a frame.
    assert trimming.word(tmp_path / "a.wav") == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("noise", [0, 1e-3, 0.3])
def test_a_recording_of_noise_alone_has_no_word(noise, tmp_path):
    samples = noise * np.random.default_rng(0).normal(size=RATE)
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(InputError, match="no word is louder than the noise"):
        trimming.word(tmp_path / "a.wav")


def test_a_trimmed_recording_finds_what_search_finds_in_the_part_taken(server, word, tmp_path):
    samples, rate = word
    silence = np.zeros(rate, np.float32)
    whole = np.concatenate([silence, samples, silence])
    answer = found(server, "/say?trim=1", wav(whole, rate))
    first, last = (round(share * len(whole)) for share in answer["taken"])
    assert first / rate == pytest.approx(1, abs=0.05)
    assert (last - first) / rate == pytest.approx(len(samples) / rate, abs=0.1)
    (tmp_path / "cut.wav").write_bytes(wav(whole[first:last], rate))
    wanted = server.search.say(tmp_path / "cut.wav")
    assert [item["picture"]["id"] for item in answer["found"]] == wanted["image_id"].to_list()


# ---- Strangers


def test_it_listens_on_loopback_alone_and_tells_browsers_what_a_page_may_do(server):
    status, headers, page = ask(server, "/")
    assert status == 200
    assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    addresses = re.findall(rb'(?:src|href)="([^"]+)"', page)
    assert {a for a in addresses if not a.startswith((b"/", b"data:"))} == {b"https://openmoji.org"}
    outside = socket.gethostbyname(socket.gethostname())
    if outside.startswith("127."):
        return
    with socket.socket() as probe:
        assert probe.connect_ex((outside, server.port)) != 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.evil.example:{port}"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", ["/picture/0", "/say"])
def test_other_pages_and_names_are_refused(server, word, headers, address):
    headers = {name: value.format(port=server.port) for name, value in headers.items()}
    content = wav(*word) if address == "/say" else None
    status, _, text = ask(server, address, content, headers=headers)
    assert status == 403
    assert json.loads(text)["error"].startswith("this server answers to its own")


def test_its_own_page_is_answered_by_either_name(server, word):
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{server.port}"
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert ask(server, "/say", wav(*word), headers=headers)[0] == 200


@pytest.mark.parametrize(
    "address",
    [
        "/../config.yaml", "/picture/../../config.yaml", "/%2e%2e/config.yaml", "//etc/passwd",
        "/picture/%2fetc%2fpasswd", "/picture/-1", "/picture/24", "/picture/1.0", "/picture/",
        "/picture/٣", "/sound/999999999999", "/sound/0/../1", "/results/metrics.tsv", "/demo.css/",
        "/say", "file:///etc/passwd", "/picture/0x1", "/picture/ 1",
    ],
)  # fmt: skip
def test_no_address_leads_to_another_file(server, address):
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        host = f"Host: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
        raw.sendall(f"GET {address} HTTP/1.1\r\n{host}".encode())
        reply = b"".join(iter(lambda: raw.recv(65536), b""))
    assert reply.split(b" ", 2)[1] in (b"400", b"404")
    assert b"root:" not in reply


def png(width, height):
    """The head of a picture that declares a size, and no more."""
    head = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"")
    parts = [head, b"IDAT" + pixels, b"IEND"]
    chunks = [struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def silence(seconds, channels=1, rate=8000, **options):
    return wav(np.zeros((int(seconds * rate), channels)), rate, **options)


GARBAGE = np.random.default_rng(5).bytes(5000)
HOSTILE = {
    "garbage for a sound": ("/say", GARBAGE, "the recording: cannot be read as audio"),
    "nothing for a sound": ("/say", b"", "the recording: cannot be read as audio"),
    "a page for a sound": ("/say", b"<script>" * 99, "the recording: cannot be read as audio"),
    "half a sound": ("/say", silence(1)[:9000], "the recording: .*header says"),
    "a sound of no length": ("/say", silence(0), "the recording: there is no sound in it"),
    "a long sound": ("/say", silence(11), "the recording: longer than 10 s; cut out one word"),
    "an hour in a small file": (
        "/say", silence(3600, format="FLAC"), "the recording: longer than 10 s"),
    "many channels": ("/say", silence(0.1, 100), "the recording: 100 channels; give at most 8"),
    "a rate of nothing": ("/say", silence(1, rate=10), "the recording: 10 Hz; give 4,000 to"),
    "sound beyond numbers": (
        "/say", wav(np.full(9000, 1e30), 8000, subtype="FLOAT"), "the recording: holds samples as"),
    "silence for a word": ("/say?trim=1", silence(1), "no word is louder than the noise"),
    "another split": ("/say?split=x", silence(1), "split: give all, train, validation or test"),
    "garbage for a picture": ("/look", GARBAGE, "the picture: not a readable file of JPEG"),
    "a program for a picture": ("/look", b"%!PS-Adobe-3.0 EPSF-3.0\n" * 9, "not a readable file"),
    "a sound for a picture": ("/look", silence(1), "the picture: not a readable file of JPEG"),
    "a bomb": ("/look", png(60000, 60000), "the picture: too many pixels; scale it down"),
    "a small bomb": ("/look", png(9000, 9000), "the picture: 9,000 x 9,000 pixels; scale it down"),
    "a long line": ("/look", png(30000, 1), "the picture: 30,000 x 1 pixels; scale it down"),
    "a head alone": ("/look", png(100, 100), "(truncated|not a readable picture)"),
    "no such number": ("/say/99999", b"", "there is nothing at this address"),
    "no such search": ("/find", b"", "there is nothing at this address"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_is_refused_in_one_line(server, name):
    address, content, message = HOSTILE[name]
    status, _, text = ask(server, address, content)
    error = json.loads(text)["error"]
    assert 400 <= status < 500
    assert re.search(message, error)
    assert "\n" not in error
    assert not re.search(r"(?<![0-9])/", error)  # no path


UNREAD = [
    ("Content-Length: 99999999999999", b"413"),
    ("Content-Length: -5", b"411"),
    ("Transfer-Encoding: chunked", b"411"),
    ("X: no length", b"411"),
]


def test_too_much_is_refused_unread(server):
    status, _, text = ask(server, "/say", bytes(uploads.MOST_BYTES + 1))
    assert (status, json.loads(text)["error"]) == (413, "larger than 16 MB; give a smaller file")
    for line, wanted in UNREAD:
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            host = f"Host: 127.0.0.1:{server.port}"
            raw.sendall(f"POST /say HTTP/1.1\r\n{host}\r\n{line}\r\n\r\n".encode())
            assert b"".join(iter(lambda: raw.recv(65536), b"")).split(b" ", 2)[1] == wanted


def test_few_may_wait(server, word):
    """While a search runs, a few wait, and the next is told to come again."""
    taken = [server.routes.few.acquire(blocking=False) for _ in range(5)]
    try:
        assert taken == [True] * 5
        status, _, text = ask(server, "/say", wav(*word))
        assert (status, json.loads(text)["error"]) == (
            503, "other searches are running; try again")  # fmt: skip
    finally:
        for _ in taken:
            server.routes.few.release()
    assert ask(server, "/say", wav(*word))[0] == 200


def test_other_methods_and_requests_get_one_line(server):
    status, _, text = ask(server, "/", method="DELETE")
    assert status == 501
    assert json.loads(text)["error"].startswith("Unsupported method")
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert b'{"error": ' in b"".join(iter(lambda: raw.recv(65536), b""))
    for method in ("GET", "POST"):
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            head = f"Host: 127.0.0.1:{server.port}\r\nContent-Length: 0\r\nConnection: close"
            raw.sendall(f"{method} http://[/ HTTP/1.1\r\n{head}\r\n\r\n".encode())
            assert b"".join(iter(lambda: raw.recv(65536), b"")).split(b" ", 2)[1] == b"404"
    assert ask(server, "/", method="HEAD")[2] == b""


# ---- The page as one file


def held(page):
    """The data that a page holds."""
    (text,) = re.findall(r'<script type="application/json" id="demo-data">(.*)</script>', page)
    return json.loads(text)


def test_one_file_holds_what_the_server_answers(server, tmp_path):
    cli.main(["demo", str(server.results), "--out", str(tmp_path / "demo.html")])
    page = (tmp_path / "demo.html").read_text()
    data = held(page)
    assert [name for name, _ in data["splits"]] == ["all", "test"]
    said = tables.read(SPOKEN_CAPTIONS, server.results / "matching" / "spoken_captions.parquet")
    images = tables.read(IMAGES, server.results / "pictures" / "images.parquet")
    test = images.loc[images["split"] == "test", "image_id"]
    words = set(said.loc[said["image_id"].isin(test), "spoken_word"])
    assert {answer["spoken"] for answer in data["say"].values()} == words
    for token, answer in data["say"].items():
        for split in ("all", "test"):
            live = found(server, f"/say/{token}?split={split}")
            ours = [data["pictures"][str(item["picture"])] for item in answer[split]["found"]]
            assert ours == [item["picture"] for item in live["found"]]
            assert answer[split]["all"] == live["all"]
    assert {data["pictures"][number]["id"] for number in data["look"]} == set(test)
    for number, answer in data["look"].items():
        live = found(server, f"/look/{number}")
        assert answer == {name: live[name] for name in ("found", "of", "all")}
        assert {str(item["token"]) for item in answer["found"]} <= set(data["media"]["sound"])
    assert set(data["media"]["picture"]) == set(data["pictures"])
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert links == ["https://openmoji.org"]


def test_one_file_leaves_out_what_has_no_room_and_what_cannot_be_read(server, monkeypatch):
    about = About(server.results, Chosen.of(server.results, None, None).config, "paper", 1)
    whole = held(one_file.text(about, server.answers))["media"]
    monkeypatch.setattr(one_file, "SOUND_BYTES", len("".join(whole["sound"].values())) // 2)
    broken = server.answers.pictures[3]
    read = server.answers.picture

    def picture(number):
        if number == broken["number"]:
            raise InputError("x.png: truncated")
        return read(number)

    monkeypatch.setattr(server.answers, "picture", picture)
    less = held(one_file.text(about, server.answers))["media"]
    assert 0 < len(less["sound"]) < len(whole["sound"])
    assert set(whole["picture"]) - set(less["picture"]) == {str(broken["number"])}


def test_a_page_carries_only_networks_that_it_can_compute(server, monkeypatch):
    answers, network = server.answers, server.search.model.network
    logmel = server.search.recipe.logmel
    hearing = carrying.carried(answers, network, logmel)
    weights = [
        np.frombuffer(base64.b64decode(layer["weight"]), "<f4") for layer in hearing["layers"]
    ]
    linear = [module for module in network.speech if isinstance(module, torch.nn.Linear)]
    for weight, module in zip(weights, linear, strict=True):
        assert np.array_equal(weight, module.weight.detach().numpy().ravel())
    about = About(server.results, Chosen.of(server.results, None, None).config, "paper", 1)
    assert 'id="record"' in one_file.text(about, answers, hearing)
    settings = NetworkSettings(speech_encoder="conv", filters=logmel.filters, embedding=16)
    other = Network(settings, server.search.model.image_size, logmel.size)
    assert carrying.carried(answers, other, logmel) is None
    model = logmel.model_copy(update={"model": "frames.pt"})
    assert carrying.carried(answers, network, model) is None
    monkeypatch.setattr(carrying, "MOST", 1000)
    assert carrying.carried(answers, network, logmel) is None
    assert 'id="record"' not in one_file.text(about, answers)


def test_the_page_says_how_well_the_model_did_beside_chance(server):
    rows = pd.read_csv(server.results / "metrics.tsv", sep="\t", dtype={"seed": str})
    rows = rows[(rows["system"] == "model") & (rows["seed"] == "1") & (rows["gallery"] == "test")]
    rows = rows[rows["metric"] == "r10"].set_index("task")
    (line,) = About(server.results, {}, "paper", 1).measured()
    for task in ("image_token_by_word", "word_token_by_image"):
        row = rows.loc[task]
        assert f"{row['gallery_size']} for {row['value']:.0f} % of" in line
        assert f"(by chance {row['chance']:.0f} %)" in line
    assert About(server.results / "none", {}, "paper", 1).measured() == []
    assert About(server.results, {}, "other", 1).measured() == []


def test_of_many_words_and_pictures_some_are_offered_in_order(server, monkeypatch):
    every = page.choices(server.answers)
    monkeypatch.setattr(page, "MOST_WORDS", 5)
    monkeypatch.setattr(page, "MOST_PICTURES", 2)
    some = page.choices(server.answers)
    assert [len(some["words"]), len(some["shown"])] == [5, 2]
    for name in ("words", "shown"):
        assert some[name] == [item for item in every[name] if item in some[name]]
    assert some["splits"] == [["all", 24], ["train", 16], ["validation", 4], ["test", 4]]


# ---- The command


def test_without_a_finished_run_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for asked in (["demo"], ["demo", "nowhere"]):
        with pytest.raises(SystemExit, match=r"^error: .*; run make report, or") as error:
            cli.main(asked)
        assert "\n" not in str(error.value.code)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--experiment", "x"], "--experiment x: the run's experiments that hear words are paper"),
        (["--seed", "9"], "--seed 9: the run has 1"),
        (["--port", "{port}"], "--port {port}: cannot be used .*; give another one, or 0 for any"),
        (["--port", "99999"], "--port 99999: cannot be used .*; give another one, or 0 for any"),
    ],
)
def test_mistakes_end_in_one_line(server, more, message):
    port = server.port
    with pytest.raises(SystemExit, match=f"^error: {message.format(port=port)}") as error:
        cli.main(["demo", str(server.results), *(text.format(port=port) for text in more)])
    assert "\n" not in str(error.value.code)


def test_the_experiment_is_that_of_listen_and_look_or_the_first_that_hears_words(tmp_path):
    values = yaml.safe_load((ROOT / "config" / "captions.yaml").read_text())
    values |= {"seeds": [3, 4], "listen": {}}

    def chosen(**config):
        (tmp_path / "report").mkdir(exist_ok=True)
        record = {"config": {**values, **config}, "codes": {}, "versions": {}}
        (tmp_path / "report" / "run.json").write_text(json.dumps(record))
        found = Chosen.of(tmp_path, None, None)
        assert found.folder == tmp_path / "training" / found.experiment / "model" / "3"
        return found.experiment

    whole = values["experiments"]["captions"]
    several = {"whole": whole, "wide": {}, "paper": {}}
    assert chosen(experiments=several) == "paper"
    assert chosen(experiments=several, listen={"experiment": "wide"}) == "wide"
    assert chosen(experiments=several, listen={"experiment": "whole"}) == "paper"
    with pytest.raises(InputError, match="hear whole captions; the page takes words"):
        chosen(experiments={"whole": whole})


def test_the_command_serves_until_it_is_interrupted(server, word):
    command = [sys.executable, "-m", "seesay", "demo", str(server.results), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            address = run.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
            with urllib.request.urlopen(f"{address}say", data=wav(*word), timeout=30) as reply:
                shown = json.load(reply)
            run.send_signal(signal.SIGINT)
            assert run.wait(20) == 0
        finally:
            run.kill()
    wanted = found(server, "/say", wav(*word))
    assert [i["picture"]["id"] for i in shown["found"]] == [
        i["picture"]["id"] for i in wanted["found"]
    ]
