"""`Annotator`: a model and its options, ready to find people in images, videos and folders of both."""

import contextlib
import os
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TypeAlias

from movenet_cli import settings as default
from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Summary
from movenet_cli.core.types import ByteArray, FrameResult, Pose
from movenet_cli.errors import MediaError, UsageError
from movenet_cli.io.address import public_address
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.media.local_copy import local_copy
from movenet_cli.media.opening import open_source
from movenet_cli.media.single_image import single_frame
from movenet_cli.models.interface import Model
from movenet_cli.run.annotate import Run, Target
from movenet_cli.run.arguments import formats_of, settings_of, shard_of, text_of, texts_of
from movenet_cli.run.events import Events, NoEvents
from movenet_cli.run.inputs import find_inputs, input_named
from movenet_cli.run.loading import LoadedModels, load_named
from movenet_cli.run.pipeline import annotate_source
from movenet_cli.run.report import RunReport
from movenet_cli.run.shards.inputs import ShardInputs
from movenet_cli.settings import Crop, Engine, Runtime, Settings

PathLike: TypeAlias = str | os.PathLike[str]


class Annotator:
    """Finds people's keypoints with one model and one set of options; safe to use from several threads.

    The arguments are the options of `movenet annotate`, with the same names, defaults and checks; its
    `--help` explains each. Options for videos have no effect on images. One that cannot have an effect
    with the model is refused.

    The model is loaded (and downloaded, if need be) when the annotator is first used, or entered with `with`.
    Until then it is nothing but its settings: it can be pickled and sent to another process, where it loads
    its model again.

    Args:
        model: `thunder`, `lightning`, `multipose`, `mini`, …; or a `.tflite` file or SavedModel folder.
        min_score: threshold from which a keypoint counts as seen, 0 to 1.
        min_keypoints: a person has at least this many keypoints seen, 1 to 17.
        min_pose_score: a person has at least this pose score, 0 to 1.
        crop: single-pose: `none`, `refine`, `follow`, `careful` or `auto`.
        max_people: multi-pose: maximum number of people.
        input_size: multi-pose: longer side of the network's input, a multiple of 32.
        refine_with: multi-pose: the single-pose model that redoes each person.
        track: multi-pose: stable ids over a video.
        smooth: add keypoints smoothed over time.
        stride: annotate every N-th frame of a video.
        fps: maximum number of frames per second.
        start: seconds, or a text: `hh:mm:ss.s`, or `123f` for a frame.
        end: the same; exclusive.
        max_frames: maximum number of frames per video.
        sequence_fps: frames a second of numbered images; None for `fps`, or 25.
        max_pixels: image files with more pixels are refused before they are decoded.
        fail_fast: `run` stops at the first input that fails.
        jobs: inference workers; None for one per processor.
        engine: of `run`: `threads`, `processes`, `ray`, or `local` for what fits on this machine.
        ray_address: of `run`: the Ray cluster's head; `auto` for the one that this machine belongs to.
        item_timeout: of `run`: seconds after which an input, or a segment of a long video, fails.
        runtime: `auto`, `litert` or `tensorflow`.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        batch_size: TensorFlow: frames per call.
        offline: never touch the network; None for what MOVENET_OFFLINE says.
        mirror: URL of your own server with the models; None for what MOVENET_MIRROR says.

    Raises:
        UsageError: an option is of the wrong kind or out of range.
    """

    def __init__(
        self,
        model: PathLike = default.DEFAULT_MODEL,
        *,
        min_score: float = default.DEFAULT_MIN_SCORE,
        min_keypoints: int = default.DEFAULT_MIN_KEYPOINTS,
        min_pose_score: float = default.DEFAULT_MIN_POSE_SCORE,
        crop: Crop = "auto",
        max_people: int = default.MAX_PEOPLE,
        input_size: int = default.DEFAULT_INPUT_SIZE,
        refine_with: PathLike | None = None,
        track: bool = True,
        smooth: bool = False,
        stride: int = 1,
        fps: float | None = None,
        start: float | str | None = None,
        end: float | str | None = None,
        max_frames: int | None = None,
        sequence_fps: float | None = None,
        max_pixels: int = default.DEFAULT_MAX_PIXELS,
        fail_fast: bool = False,
        jobs: int | None = None,
        engine: Engine = "local",
        ray_address: str = default.DEFAULT_RAY_ADDRESS,
        item_timeout: float | None = None,
        runtime: Runtime = "auto",
        device: str = "auto",
        batch_size: int = 1,
        offline: bool | None = None,
        mirror: str | None = None,
    ) -> None:
        values = dict(locals())  # the arguments, each an option of the same name
        del values["self"]
        self._begin(settings_of(values))

    def _begin(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: LoadedModels | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    @property
    def model(self) -> ModelInfo:
        """What is known of the model: `name`, `kind` (`single` or `multi`), `input_size`, `sha256` and more.

        Raises:
            ModelError: it is missing, corrupt or not a MoveNet.
        """
        return self._ready().infos[0]

    def image(self, image: ByteArray | PathLike) -> list[Pose]:
        """Find the people in one image.

        A single-pose model always gives one pose, with low scores when nobody is there; see `is_person`.

        Args:
            image: (H, W, 3) uint8 RGB; or an image file, which is turned upright as its EXIF data say. Note
                that OpenCV reads images as BGR: give `pixels[..., ::-1]`.

        Returns:
            A pose for each person; `.keypoints` are (17, 3) float32: x, y in pixels, score.

        Raises:
            UsageError: an array of another shape or dtype.
            MediaError: the file cannot be read, or is a video.
            ModelError: the model cannot be loaded.
        """
        loaded = self._ready()
        frame = single_frame(image, loaded.settings.max_pixels)
        info = SourceInfo("image", frame.image.width, frame.image.height)
        estimator = loaded.plan.choose("image", info).estimator
        ((_, result),) = loaded.engine.results([frame], estimator)
        return list(result.poses)

    def is_person(self, pose: Pose) -> bool:
        """Whether a pose is a person by `min_score`, `min_keypoints` and `min_pose_score`."""
        return self._settings.thresholds.is_person(pose)

    def video(self, path: PathLike) -> Generator[FrameResult, None, None]:
        """Annotate a video, frame by frame as they are needed.

        The video is closed after the last frame, when the loop over the frames is left, or by `close()` of
        the generator. An image gives one result.

        Args:
            path: the file; or an address, or a pattern of numbered images.

        Yields:
            A result for each requested frame, in order: `index`, `time` in seconds, `status` (`ok`,
            `empty` or `failed`), `poses`, `restarted`, and the `reason` of one that failed.

        Raises:
            MediaError: the file cannot be read, or has no frame in the requested range.
            ModelError: the model cannot be loaded.
            UsageError: it is at an address, and `offline` forbids that.
        """
        loaded = self._ready()
        settings = loaded.settings
        file = input_named(text_of("video", path), settings)
        with _naming(public_address(os.fspath(path))), contextlib.ExitStack() as stack:
            file = stack.enter_context(local_copy(file))
            source = stack.enter_context(open_source(file, settings.frames, max_pixels=settings.max_pixels))
            chosen = loaded.plan.choose(file.name, source.info, source.segments)
            results = annotate_source(source, loaded.engine, chosen, (), Summary())
            for result in stack.enter_context(contextlib.closing(results)):
                yield result
                self._ready()  # it may have been closed meanwhile

    def run(
        self,
        inputs: PathLike | Iterable[PathLike],
        output: PathLike = default.DEFAULT_OUTPUT,
        *,
        formats: str | Iterable[str] = ("json",),
        overlay: bool = False,
        overwrite: bool = False,
        root: PathLike | None = None,
        include: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        shard: str | None = None,
        events: Events | None = None,
    ) -> RunReport:
        """Annotate files and folders into a results folder, as `movenet annotate` does.

        Args:
            inputs: one or several files, folders, globs, patterns of numbered images, or addresses.
            output: the results folder, or its address in an object store (docs/scale.md). Results that are
                up to date are kept.
            formats: of `json`, `jsonl`, `csv` and `coco`, those to write.
            overlay: also draw skeletons.
            overwrite: redo everything.
            root: name results relative to this folder.
            include: of what folders hold, only what matches these globs.
            exclude: of what folders hold, not what matches these.
            shard: `i/N`: only the i-th of N parts of the inputs. `movenet merge` completes the folder when
                all are done; see docs/scale.md.
            events: follows the progress, called from several threads: an object with the methods
                `input_started(name)`, `frame_done(name, result)` and `input_done(outcome)`.

        Returns:
            Counts, failures, and the exit code that the command would end with. An input that fails is one
            of the failures and not an exception.

        Raises:
            InputError: there is nothing to annotate.
            ModelError: the model cannot be loaded.
            OutputError: results cannot be written, or what is not ours is in the way.
            UsageError: results of other inputs or options would be lost, or an argument makes no sense.
            KeyboardInterrupt: the run was interrupted; the files that exist are complete.
        """
        if str(output) == default.STREAM:
            raise UsageError("--output - is for the command line; name a folder, or use image() and video()")
        storage = open_storage(text_of("--output", output), offline=self._settings.offline)
        target = Target(storage, formats_of(formats), overlay, overwrite)
        texts = texts_of("INPUT", inputs)
        if not texts:
            raise UsageError("no inputs: name at least one file, folder or glob")
        found = find_inputs(
            texts,
            self._settings,
            include=texts_of("--include", include),
            exclude=texts_of("--exclude", exclude),
            root=None if root is None else text_of("--root", root),
            overlay=overlay,
        )
        if shard is not None:
            chosen = shard_of("--shard", shard)
            shard_inputs = ShardInputs.of(found, chosen, self._settings, cuts=not overlay)
            target = replace(target, part=shard_inputs)
        part = found if target.part is None else target.part.found
        run = Run(self._ready(), part, lambda: contextlib.nullcontext(events or NoEvents()))
        run.to_folder(target)
        if run.report.interrupted:
            raise KeyboardInterrupt
        return run.report.result()

    def close(self) -> None:
        """Stop the workers; the annotator cannot be used any more."""
        with self._lock:
            self._is_closed = True
            if self._loaded is not None:
                self._loaded.engine.close()
            self._loaded = None

    def __enter__(self) -> "Annotator":
        """Load the model."""
        self._ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the workers."""
        self.close()

    def __repr__(self) -> str:
        """The model and the options that are not the usual ones."""
        settings = self._settings
        given = [f"{name}={getattr(settings, name)!r}" for name in sorted(settings.given - {"model"})]
        return f"Annotator({', '.join([repr(settings.model), *given])})"

    def __getstate__(self) -> Settings:
        """The settings; the model is loaded again where they are used."""
        return self._settings

    def __setstate__(self, settings: Settings) -> None:
        """Begin with the settings."""
        self._begin(settings)

    def _ready(self) -> LoadedModels:
        """The loaded model."""
        with self._lock:
            if self._is_closed:
                raise UsageError("this annotator is closed; make a new one")
            if self._loaded is None:
                self._loaded = LoadedModels(self._settings, self._settings.given, _load)
            return self._loaded


def _load(settings: Settings, name_or_path: str) -> Model:
    return load_named(settings, name_or_path, lambda *_: None)


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Say in an error of which input it is."""
    try:
        yield
    except MediaError as error:
        raise MediaError(f"{path}: {error}") from error
