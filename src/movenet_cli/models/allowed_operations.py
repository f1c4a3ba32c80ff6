"""The operations that a SavedModel may be made of, looked for before TensorFlow runs any of it.

TensorFlow runs what a graph says, and a graph may write files, too. A network needs arithmetic, arrays,
control flow and variables, so only these are let through, wherever in the graph or its functions they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from movenet_cli.errors import ModelError

ALLOWED: Final = frozenset(
    """
    BatchToSpace BatchToSpaceND Bitcast BroadcastArgs BroadcastGradientArgs BroadcastTo CheckNumerics
    CheckNumericsV2 Concat ConcatOffset ConcatV2 Const DepthToSpace Dequantize Diag DiagPart Empty
    EnsureShape ExpandDims ExtractImagePatches FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsPerChannel Fill Gather GatherNd GatherV2 GuaranteeConst Identity IdentityN
    InvertPermutation LinSpace ListDiff LowerBound MatrixBandPart MatrixDiag MatrixDiagPartV3 MatrixDiagV3
    MirrorPad MirrorPadGrad OneHot OnesLike Pack Pad PadV2 ParallelConcat Placeholder PlaceholderV2
    PlaceholderWithDefault PreventGradient QuantizeAndDequantizeV2 QuantizeAndDequantizeV3
    QuantizeAndDequantizeV4 QuantizeV2 Range Rank Reshape Reverse ReverseSequence ReverseV2 ScatterNd
    ScatterNdNonAliasingAdd Shape ShapeN Size Slice Snapshot SpaceToBatch SpaceToBatchND SpaceToDepth
    Split SplitV Squeeze StopGradient StridedSlice StridedSliceGrad TensorScatterAdd TensorScatterMax
    TensorScatterMin TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate Tile TileGrad Transpose
    Unique UniqueV2 UniqueWithCounts Unpack UnravelIndex UpperBound Where ZerosLike

    Abs AccumulateNV2 Acos Acosh Add AddN AddV2 All Any ApproximateEqual ArgMax ArgMin Asin Asinh Atan
    Atan2 Atanh BatchMatMul BatchMatMulV2 BatchMatMulV3 Bincount BitwiseAnd BitwiseOr BitwiseXor Bucketize
    Cast Ceil ClipByValue Cos Cosh Cross Cumprod Cumsum CumulativeLogsumexp DenseBincount Digamma Div
    DivNoNan Einsum Equal Erf Erfc Erfinv EuclideanNorm Exp Expm1 Floor FloorDiv FloorMod Greater
    GreaterEqual Inv InvGrad Invert IsFinite IsInf IsNan LeftShift Less LessEqual Lgamma Log Log1p
    LogicalAnd LogicalNot LogicalOr MatMul Max Maximum Mean Min Minimum Mod Mul MulNoNan Neg NextAfter
    NotEqual PopulationCount Pow Prod RealDiv Reciprocal ReciprocalGrad RightShift Rint Round Rsqrt
    RsqrtGrad SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum Select SelectV2 Sigmoid SigmoidGrad
    Sign Sin Sinh Sqrt SqrtGrad Square SquaredDifference Sub Sum Tan Tanh TanhGrad TruncateDiv TruncateMod
    UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Xdivy XlaEinsum Xlog1py
    Xlogy

    ApproxTopK AvgPool AvgPoolGrad BiasAdd BiasAddGrad BiasAddV1 Conv Conv2D Conv2DBackpropFilter
    Conv2DBackpropFilterV2 Conv2DBackpropInput Conv2DBackpropInputV2 DataFormatDimMap DataFormatVecPermute
    DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput
    Dilation2D Elu EluGrad FusedBatchNorm FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3
    FusedBatchNormV2 FusedBatchNormV3 FusedPadConv2D FusedResizeAndPadConv2D InTopK InTopKV2 L2Loss LRN
    LRNGrad LeakyRelu LeakyReluGrad LogSoftmax MaxPool MaxPoolGrad MaxPoolGradGrad MaxPoolGradV2 MaxPoolV2
    MaxPoolWithArgmax NthElement Relu Relu6 Relu6Grad ReluGrad Selu SeluGrad Softmax
    SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad Softsign SoftsignGrad
    SparseSoftmaxCrossEntropyWithLogits TopK TopKV2

    AdjustContrastv2 AdjustHue AdjustSaturation CombinedNonMaxSuppression CropAndResize HSVToRGB
    ImageProjectiveTransformV2 ImageProjectiveTransformV3 NonMaxSuppression NonMaxSuppressionV2
    NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 NonMaxSuppressionWithOverlaps RGBToHSV
    ResizeArea ResizeBicubic ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor
    ResizeNearestNeighborGrad ScaleAndTranslate

    Assert Case ControlTrigger Enter Exit FakeParam For If LoopCond Merge NextIteration NoOp
    PartitionedCall StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile Switch ToBool While

    EmptyTensorList TensorListConcat TensorListConcatV2 TensorListElementShape TensorListFromTensor
    TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
    TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem
    TensorListSplit TensorListStack

    Multinomial RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt StatelessRandomGetAlg
    StatelessRandomGetKeyCounter StatelessRandomNormal StatelessRandomNormalV2 StatelessRandomUniform
    StatelessRandomUniformV2 StatelessTruncatedNormal StatelessTruncatedNormalV2 TruncatedNormal

    Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp DestroyResourceOp
    DisableCopyOnRead IsVariableInitialized ReadVariableOp ResourceGather ResourceGatherNd
    ResourceScatterAdd ResourceScatterSub ResourceScatterUpdate ResourceStridedSliceAssign VarHandleOp
    VarIsInitializedOp Variable VariableShape VariableV2
    """.split()  # noqa: SIM905 - a list of 400 quoted names is no easier to read
)
"""What computes. Not here, though TensorFlow calls them pure: `ReadFile`, `ImmutableConst`, `Abort`."""

SAVER: Final = frozenset(
    ("MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename", "StaticRegexFullMatch", "StringJoin")
)
"""What a SavedModel has besides, in functions that save it again, which nothing here calls."""


def check_operations(folder: Path, model: Any) -> None:
    """Refuse a model that could do more than compute.

    Args:
        folder: where it lies, for the message.
        model: TensorFlow's `SavedModel` message.

    Raises:
        ModelError: it has operations that no MoveNet needs.
    """
    strange = {name for graph in model.meta_graphs for name in _strange(graph)}
    if strange:
        shown = ", ".join(sorted(strange)[:5]) + ", ..." * (len(strange) > 5)
        raise ModelError(
            f"{folder} is not run: it has operations that no MoveNet needs and that may reach beyond the "
            f"model ({shown}); get the model from its publisher"
        )


def _strange(graph: Any) -> set[str]:
    """Operations of one graph that are not allowed where they stand."""
    functions = {function.signature.name: function.node_def for function in graph.graph_def.library.function}
    # TensorFlow puts functions that write files, for saving again, into every SavedModel. They may be there
    # as long as neither a signature nor the graph itself leads to them.
    saving = _saving_nodes(graph)
    main = [node for node in graph.graph_def.node if node.name not in saving]
    entries = {*graph.object_graph_def.concrete_functions, *_called(main, functions)}
    running = _reached(entries & functions.keys(), functions)
    strange = {node.op for node in main} - ALLOWED
    for name, nodes in functions.items():
        strange |= {node.op for node in nodes} - ALLOWED - (frozenset() if name in running else SAVER)
    return strange - {name for name in functions if name.startswith("__")}  # which no operation's name does


def _saving_nodes(graph: Any) -> set[str]:
    """Nodes that call the functions for saving; nothing for models of TensorFlow 1, which loading may run."""
    if not graph.object_graph_def.nodes:
        return set()
    saver = graph.saver_def
    return {name.partition(":")[0] for name in (saver.save_tensor_name, saver.restore_op_name)}


def _reached(entries: Iterable[str], functions: dict[str, Any]) -> set[str]:
    """Functions, and those that they call."""
    reached: set[str] = set()
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _called(functions[name], functions)
    return reached


def _called(nodes: Iterable[Any], functions: dict[str, Any]) -> set[str]:
    """Functions that nodes name, as their operation or in their attributes."""
    named = {node.op for node in nodes}
    for node in nodes:
        for value in node.attr.values():
            named.update(function.name for function in (value.func, *value.list.func))
    return named & functions.keys()
