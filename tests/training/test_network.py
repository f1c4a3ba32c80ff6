"""Losses and the exported file of a small random network; needs PyTorch, the export also TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from training.decoding import decode, decode_people

torch = pytest.importorskip("torch", reason="training needs PyTorch, which is not installed here")

from training.loader import Batch  # noqa: E402
from training.losses import losses  # noqa: E402 - only with PyTorch
from training.network import HEAD_CHANNELS, Architecture, Mini, take_over  # noqa: E402
from training.optimizer import Muon, orthogonal  # noqa: E402
from training.team import Team, run_team  # noqa: E402
from training.trainer import STAGES, Run, Schedule, save_start  # noqa: E402
from training.yardstick import head_maps, network_predictor  # noqa: E402

TINY = Architecture(channels=(8, 8, 8, 16, 16), blocks=(1, 1, 1, 1), pyramid=8, head=16)
CELLS = 16


@pytest.fixture(scope="module")
def network() -> Mini:
    """A small network whose norms are not the identity."""
    torch.manual_seed(0)
    model = Mini(TINY)
    model.train()
    for _ in range(3):
        model(torch.rand(4, 3, 64, 64) * 2 - 1)
    with torch.no_grad():
        model.heads.weight.mul_(5)
    return model.eval()


def perfect_maps(points: np.ndarray) -> torch.Tensor:
    """Maps (1, 86, 16, 16) of one person: keypoints at `points` (17, 2) x, y, centre in the middle."""
    maps = torch.full((1, 86, CELLS, CELLS), 0.0)
    maps[:, :18] = -12
    maps[0, 0, 8, 8] = 12
    rows, columns = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
    for k, (x, y) in enumerate(points / 4):
        maps[0, 1 + k, int(y), int(x)] = 12
        maps[0, 18 + 2 * k], maps[0, 19 + 2 * k] = y - rows, x - columns
        maps[0, 52 + 2 * k], maps[0, 53 + 2 * k] = y - rows, x - columns
    return maps


def one_person() -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    """Keypoints (17, 2) in pixels, and the heat and people targets that say the same without any blur."""
    points = np.random.default_rng(0).uniform(2, 62, (17, 2))
    people = torch.zeros(1, 4, 18, 3)
    people[0, 0, :17, :2], people[0, 0, 17, :2] = torch.from_numpy(points), 34.0
    people[0, 0, :, 2] = 1
    heat = torch.zeros(1, 18, CELLS, CELLS)
    for k, (x, y) in enumerate(points // 4):
        heat[0, k, int(y), int(x)] = 1
    heat[0, 17, 8, 8] = 1
    return points, heat, people


def test_perfect_maps_have_almost_no_loss_and_decode_to_the_keypoints() -> None:
    points, heat, people = one_person()
    maps = perfect_maps(points)
    assert losses(maps, heat, people, torch.ones(1, 18)).total.item() < 0.01
    pose = decode(head_maps(maps[0].permute(1, 2, 0).numpy()))
    np.testing.assert_allclose(pose[:, :2], points, atol=1e-4)


def test_each_part_sees_its_own_mistake() -> None:
    points, heat, people = one_person()
    maps = perfect_maps(points)
    base = losses(maps, heat, people, torch.ones(1, 18))
    for channels, part in ((slice(18, 52), "regression"), (slice(52, 86), "offset")):
        wrong = maps.clone()
        wrong[:, channels] += 0.5
        found = losses(wrong, heat, people, torch.ones(1, 18))
        assert getattr(found, part).item() == pytest.approx(1.0, abs=0.05)
        assert found.place.item() == pytest.approx(base.place.item())


def test_an_absent_keypoint_teaches_a_low_score_and_no_place() -> None:
    points, heat, people = one_person()
    maps = perfect_maps(points).requires_grad_()
    heat[0, 4], people[0, 0, 4, 2] = 0, 0
    found = losses(maps, heat, people, torch.ones(1, 18))
    found.total.backward()
    gradient = maps.grad[0, 1 + 4]
    x, y = (int(value) for value in points[4] // 4)
    assert gradient[y, x] > 0
    assert gradient.sum() == pytest.approx(gradient[y, x].item(), rel=0.01)


def test_heat_that_is_not_valid_teaches_nothing() -> None:
    points, heat, people = one_person()
    maps = perfect_maps(points).requires_grad_()
    valid = torch.ones(1, 18)
    valid[0, 6] = 0
    losses(maps, 1 - heat, people, valid).total.backward()
    assert maps.grad[0, 1 + 6].abs().max() == 0
    assert maps.grad[0, 1 + 7].abs().max() > 0


def test_an_untrained_network_is_unsure_and_has_the_heads_in_order() -> None:
    maps = Mini(TINY).eval()(torch.zeros(1, 3, 64, 64))
    assert maps.shape == (1, sum(HEAD_CHANNELS.values()), CELLS, CELLS)
    assert torch.sigmoid(maps[:, :18]).max() < 0.2


def test_schedule_decays_and_grows() -> None:
    schedule = Schedule(minutes=10)
    rates = [schedule.learning_rate(progress, 10_000) for progress in (0, 0.5, 1)]
    assert rates[0] == pytest.approx(schedule.rate)
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.01 * schedule.rate)
    assert schedule.learning_rate(0, 0) < 0.02 * schedule.rate
    sizes = [schedule.stage(progress).size for progress in np.linspace(0, 1, 50)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (STAGES[0].size, STAGES[-1].size)


def test_a_deeper_network_begins_as_the_one_whose_weights_it_takes_over(network: Mini) -> None:
    deeper = Mini(Architecture(TINY.channels, (1, 2, 1, 3), TINY.pyramid, TINY.head))
    take_over(deeper, network.state_dict())
    picture = torch.rand(1, 3, 64, 64) * 2 - 1
    torch.testing.assert_close(deeper.eval()(picture), network(picture))
    with pytest.raises(ValueError, match=r"of another network: it has stages\.1\.2"):
        take_over(Mini(TINY), deeper.state_dict())


def batch(seed: int) -> Batch:
    """Two noisy pictures with two people each."""
    rng = np.random.default_rng(seed)
    people = rng.uniform(0, 64, (2, 2, 18, 3)).astype(np.float32)
    people[..., 2] = 1
    arrays = (
        rng.integers(0, 256, (2, 64, 64, 3), np.uint8),
        rng.integers(0, 256, (2, 18, CELLS, CELLS), np.uint8),
        people,
        np.ones((2, 18), np.float32),
    )
    return Batch(*map(torch.from_numpy, arrays))


class Batches:
    """Stands in for the loader."""

    def __init__(self) -> None:
        self.seed = 0

    def enter(self, stage: object) -> None:
        pass

    def next(self) -> Batch:
        self.seed += 1
        return batch(self.seed)


def test_a_run_goes_on_where_it_stopped_and_lends_its_weights_to_another(tmp_path: Path) -> None:
    run = Run(tmp_path / "a", Schedule(0.01), TINY)
    run.train(Batches(), lambda model: {"AP": 0.5})  # type: ignore[arg-type]
    again = Run(tmp_path / "a", Schedule(0.01), TINY)
    assert again.progress == run.progress
    assert run.progress.steps > 0
    for old, new in zip(run.model.state_dict().values(), again.model.state_dict().values(), strict=True):
        torch.testing.assert_close(old, new)
    save_start(tmp_path / "a", tmp_path / "start.pt")
    other = Run(tmp_path / "b", Schedule(0.01), TINY, start=tmp_path / "start.pt")
    assert other.progress.steps == 0
    torch.testing.assert_close(other.model.heads.weight, run.average.heads.weight, rtol=1e-3, atol=1e-4)


def test_a_pause_does_not_use_up_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(3600.0 * k for k in range(100))
    monkeypatch.setattr("training.trainer.time.monotonic", lambda: next(times))
    run = Run(tmp_path, Schedule(1), TINY)
    run.train(Batches(), None)  # type: ignore[arg-type]
    assert run.progress.steps == 4


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Five pictures (64, 64, 3) uint8 of soft blobs."""
    noise = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8)
    return noise.repeat(8, axis=1).repeat(8, axis=2)


def outputs_of(data: bytes, pictures: np.ndarray) -> np.ndarray:
    """(N, ...): what the file says of each picture on LiteRT."""
    interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT is not installed")
    lite = interpreter.Interpreter(model_content=data)
    lite.allocate_tensors()
    (given,), (made,) = lite.get_input_details(), lite.get_output_details()
    assert given["shape"].tolist() == [1, 64, 64, 3]
    assert (given["dtype"], made["dtype"]) == (np.int32, np.float32)
    outputs = []
    for picture in pictures:
        lite.set_tensor(given["index"], picture[None].astype(np.int32))
        lite.invoke()
        outputs.append(lite.get_tensor(made["index"]))
    return np.stack(outputs)


def run_flatbuffer(data: bytes, pictures: np.ndarray) -> np.ndarray:
    """(N, 17, 3): x, y in pixels and score, from the file on LiteRT."""
    outputs = outputs_of(data, pictures)
    assert outputs.shape == (len(pictures), 1, 1, 17, 3)
    return outputs[:, 0, 0][..., [1, 0, 2]] * (64, 64, 1)


@pytest.mark.tensorflow
def test_the_float_file_says_what_network_and_decode_say(network: Mini, pictures: np.ndarray) -> None:
    export = pytest.importorskip("training.export", reason="the export needs TensorFlow")
    found = run_flatbuffer(export.flatbuffer(network, 64, quantized=False), pictures)
    np.testing.assert_allclose(found, network_predictor(network)(pictures), atol=2e-3)


@pytest.mark.tensorflow
def test_the_file_for_several_people_says_what_network_and_decode_say(
    network: Mini, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = pytest.importorskip("training.export", reason="the export needs TensorFlow")
    for module in ("training.graph", "training.decoding"):
        monkeypatch.setattr(f"{module}.FAINT", 0.0)
    found = outputs_of(export.flatbuffer(network, 64, quantized=False, people=True), pictures)
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.inference_mode():
        scales = [
            network(scale).permute(0, 2, 3, 1).numpy() for scale in (x, torch.nn.functional.avg_pool2d(x, 2))
        ]
    expected = [decode_people([head_maps(maps) for maps in both]) for both in zip(*scales, strict=True)]
    assert found.shape == (len(pictures), 1, 6, 56)
    assert (found[..., 55] > 0).any(axis=-1).all()
    np.testing.assert_allclose(found[:, 0], expected, atol=2e-3)


@pytest.mark.tensorflow
def test_the_quantised_file_is_small_and_nearly_the_same(
    network: Mini, pictures: np.ndarray, tmp_path: Path
) -> None:
    export = pytest.importorskip("training.export", reason="the export needs TensorFlow")
    path = tmp_path / "weights" / "mini.tflite"
    assert export.export_tflite(network, 64, path) == path.stat().st_size
    assert path.stat().st_size < len(export.flatbuffer(network, 64, quantized=False))
    found, expected = run_flatbuffer(path.read_bytes(), pictures), network_predictor(network)(pictures)
    np.testing.assert_allclose(found[..., 2], expected[..., 2], atol=0.05)
    assert np.median(np.abs(found[..., :2] - expected[..., :2])) < 0.5


def test_gradients_of_a_team_are_averaged(tmp_path: Path) -> None:
    run_team(2, tmp_path / "meeting", Report(tmp_path))
    for rank in range(2):
        gradient, seconds = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert gradient.tolist() == [1.5, 1.5]
        assert seconds == 10


@dataclass(frozen=True)
class Report:
    """What each process of the team does: shares the gradient rank + 1 and the time 10 * (rank + 1)."""

    folder: Path

    def __call__(self, team: Team) -> None:
        layer = torch.nn.Linear(2, 1, bias=False)
        layer.weight.grad = torch.full((1, 2), team.rank + 1.0)
        seconds = team.share_gradients(layer, 10.0 * (team.rank + 1))
        torch.save((layer.weight.grad[0], seconds), self.folder / f"{team.rank}.pt")


def test_muon_steps_are_orthogonal_and_of_the_wanted_size() -> None:
    matrix = torch.randn(8, 30, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrix))
    assert 0.5 < values.min() <= values.max() < 1.4
    kernel = torch.nn.Parameter(torch.zeros(8, 30))
    kernel.grad = matrix
    Muon([kernel], rate=0.1).step()
    assert (kernel.grad * kernel).sum() < 0
    assert kernel.square().mean().sqrt().item() == pytest.approx(0.1 * 0.2, rel=0.25)
