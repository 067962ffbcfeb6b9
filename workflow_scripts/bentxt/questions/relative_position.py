"""Where one bounding box lies, seen from another."""

from bentxt.patches.patch_attributes import PatchAttributes

#: The eight directions clockwise, straight and diagonal ones in turn.
DIRECTIONS = ("top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left", "top-left")


def direction(anchor: tuple[int, int, int, int], target: tuple[int, int, int, int]) -> str | None:
    """Return where one bounding box lies, seen from another.

    Parameters
    ----------
    anchor, target : tuple of int
        ``(x_min, y_min, x_max, y_max)``, maximum exclusive, y downwards.

    Returns
    -------
    str or None
        One of :data:`DIRECTIONS`: horizontal or vertical where the boxes are disjoint on that axis only,
        diagonal where they are on both; None where they overlap on both.

    Examples
    --------
    >>> direction((40, 40, 80, 80), (0, 0, 30, 30))
    'top-left'
    """
    anchor_left, anchor_top, anchor_right, anchor_bottom = anchor
    left, top, right, bottom = target
    vertical = "top" if bottom <= anchor_top else "bottom" if top >= anchor_bottom else ""
    horizontal = "left" if right <= anchor_left else "right" if left >= anchor_right else ""
    return "-".join(filter(None, (vertical, horizontal))) or None


def relative_positions(patch: PatchAttributes) -> list[tuple[int, int]]:
    """Return the pairs of classes of which one can be placed relative to the other.

    Each class of a pair has exactly one instance, and their bounding boxes are disjoint on an axis.

    Parameters
    ----------
    patch : PatchAttributes
        With the boxes of its instances.

    Returns
    -------
    list of tuple of int
        ``(anchor, target)``, both directions of each pair.
    """
    alone = [
        (instance.class_index, instance.box)
        for instance in patch.instances
        if patch.counts[instance.class_index] == 1
    ]
    return [
        (anchor, target)
        for anchor, anchor_box in alone
        for target, target_box in alone
        if anchor != target and direction(anchor_box, target_box) is not None
    ]
