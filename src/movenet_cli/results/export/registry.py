"""The one table of exports: a name to its class, which is imported when it is asked for."""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from movenet_cli.results.export.interface import Export

EXPORTS: Final = {
    "table-csv": ("table_csv:TableCsv", "one CSV table of all inputs"),
    "table-parquet": ("table_parquet:TableParquet", "the same table as Parquet; needs pyarrow"),
    "coco-dataset": (
        "coco_dataset:CocoDataset",
        "a COCO dataset whose images are files, also frames of videos",
    ),
    "coco-results": ("coco_results:CocoResults", "COCO results for the images of a COCO file (--image-ids)"),
    "yolo-pose": ("yolo_pose:YoloPose", "a training dataset for Ultralytics YOLO-pose"),
    "cvat-images": ("cvat_images:CvatImages", "skeletons for a CVAT task of images (CVAT for images 1.1)"),
    "cvat-video": ("cvat_video:CvatVideo", "tracks for a CVAT task of each video (CVAT for video 1.1)"),
    "label-studio": ("label_studio:LabelStudio", "Label Studio tasks with predictions"),
    "deeplabcut": ("deeplabcut:DeepLabCut", "a DeepLabCut project with labelled frames"),
    "sleap": ("sleap:Sleap", "a SLEAP project with predicted instances; needs h5py"),
    "openpose": ("openpose:OpenPose", "a JSON file per frame, the 18 points of OpenPose's COCO model"),
}
"""Name to module and class in this package, and a line of help."""


def export_class(name: str) -> "type[Export]":
    """The class of a format."""
    module, _, attribute = EXPORTS[name][0].partition(":")
    found: type[Export] = getattr(importlib.import_module(f"{__package__}.{module}"), attribute)
    return found
