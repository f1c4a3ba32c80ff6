"""The one table of exports: a name to its class, which is imported when it is asked for."""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from movenet_cli.results.export.interface import Export

EXPORTS: Final = {
    "table-csv": ("table_csv:TableCsv", "one CSV table of all inputs"),
    "table-parquet": ("table_parquet:TableParquet", "the same as Parquet; needs pyarrow"),
    "coco-dataset": ("coco_dataset:CocoDataset", "a COCO dataset whose images can be files, see --frames"),
    "yolo-pose": ("yolo_pose:YoloPose", "a dataset to train Ultralytics YOLO-pose with"),
    "cvat-images": ("cvat_images:CvatImages", "CVAT for images 1.1, skeletons"),
    "cvat-video": ("cvat_video:CvatVideo", "CVAT for video 1.1, a file of tracks for each video"),
    "label-studio": ("label_studio:LabelStudio", "tasks with predictions for Label Studio"),
    "sleap": ("sleap:Sleap", "a SLEAP project of predicted instances; needs h5py"),
    "deeplabcut": ("deeplabcut:DeepLabCut", "a DeepLabCut project with labelled frames"),
    "openpose": ("openpose:OpenPose", "JSON of OpenPose, the 18 points of its COCO model"),
    "coco-results": ("coco_results:CocoResults", "COCO results for the images of --image-ids"),
}
"""Name to module and class in this package, and a line of help."""


def export_class(name: str) -> "type[Export]":
    """The class of a format."""
    module, _, attribute = EXPORTS[name][0].partition(":")
    found: type[Export] = getattr(importlib.import_module(f"{__package__}.{module}"), attribute)
    return found
