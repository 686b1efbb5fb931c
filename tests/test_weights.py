import hashlib
import pickle
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import AlexNet_Weights, VGG16_Weights
from torchvision.models.detection import FasterRCNN_ResNet50_FPN_Weights

from seesay.shared.errors import InputError
from seesay.vision.networks import load
from seesay.vision.networks.fasterrcnn import Detector
from seesay.vision.networks.weights import fetched, weighted


class Unsafe:
    """Runs code when a pickle of it is read."""

    def __reduce__(self):
        return Path.touch, (Path("touched"),)


def small() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))


def never() -> Path:
    raise AssertionError("the published file is not wanted")


@pytest.fixture
def hub(tmp_path, monkeypatch) -> Path:
    """An empty checkpoint folder of torch hub."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    return tmp_path / "hub" / "checkpoints"


def test_a_path_fills_the_network(tmp_path):
    trained = small()
    torch.save(trained.state_dict(), tmp_path / "w.pth")
    net = weighted(small, str(tmp_path / "w.pth"), never)
    assert torch.equal(net[0].weight, trained[0].weight)
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())
    published = weighted(small, "DEFAULT", lambda: tmp_path / "w.pth")
    assert torch.equal(published[2].weight, trained[2].weight)


def test_random_weights_are_seeded():
    torch.manual_seed(7)
    one = weighted(small, "random", never)
    torch.manual_seed(8)
    assert torch.equal(one[0].weight, weighted(small, "random", never)[0].weight)


def test_a_file_that_does_not_do_is_one_line(tmp_path):
    whole, path = small(), tmp_path / "w.pth"
    state = whole.state_dict()
    bad = {
        "no such file": None,
        "not a file of weights that can be read": b"no weights",
        "Unexpected key": {**state, "extra": torch.zeros(1)},
        "Missing key": {"0.weight": state["0.weight"]},
        "size mismatch for 0.weight": {**state, "0.weight": torch.zeros(5, 3)},
        "not weights of this network": [1, 2],
    }
    for message, content in bad.items():
        path.unlink(missing_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            torch.save(content, path)
        with pytest.raises(InputError) as caught:
            weighted(small, str(path), never)
        assert message in str(caught.value)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize("save", [torch.save, lambda o, p: p.write_bytes(pickle.dumps(o))])
def test_no_code_of_a_file_is_run(tmp_path, monkeypatch, save):
    monkeypatch.chdir(tmp_path)
    save({"0.weight": Unsafe()}, tmp_path / "w.pth")
    with pytest.raises(InputError, match="not a file of weights that can be read"):
        weighted(small, str(tmp_path / "w.pth"), never)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("make", "url"),
    [
        (partial(load, "alexnet", "DEFAULT", 224), AlexNet_Weights.DEFAULT.url),
        (partial(load, "vgg16", "DEFAULT", 224), VGG16_Weights.DEFAULT.url),
        (
            partial(Detector, "DEFAULT", 800, torch.device("cpu")),
            FasterRCNN_ResNet50_FPN_Weights.DEFAULT.url,
        ),
    ],
    ids=["alexnet", "vgg16", "fasterrcnn"],
)
def test_a_published_file_that_is_missing_is_named_with_its_source(hub, make, url):
    with pytest.raises(InputError) as caught:
        make()
    message = str(caught.value)
    assert message.startswith(f"{hub}/{url.rpartition('/')[2]}: no such file; fetch {url}")
    assert f"into {hub} " in message
    assert f"begins with {url[-12:-4]}" in message
    assert "\n" not in message


def test_a_published_file_is_checked_against_its_name(hub):
    digest = hashlib.sha256(b"weights").hexdigest()
    url = f"https://host/models/net_small-{digest[:8]}.pth"
    path = hub / f"net_small-{digest[:8]}.pth"
    path.write_bytes(b"weights")
    assert fetched(url) == path
    path.write_bytes(b"half of the wei")
    with pytest.raises(InputError, match=rf"not with {digest[:8]} as its name says.*{url}"):
        fetched(url)
