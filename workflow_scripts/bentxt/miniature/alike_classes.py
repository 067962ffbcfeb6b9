"""Classes of the miniature world that look the same in red, green and blue, and differ only outside them.

The paper's claim is that a model gains from the bands that a photograph lacks and from radar. Some real
classes suit it: leaves of broad-leaved trees and of conifers in summer, crops and grass in leaf, dark water
and wet peat differ little in the visible bands, and clearly in red edge, infrared and backscatter.
In the miniature world these differ in the visible bands not at all, so that RGB alone cannot tell them, and
what a model does better with all modalities comes from beyond RGB.

This is invented: in reality conifers stay dark green in winter and fields are brown after the harvest.
"""

#: CORINE code whose values, season and texture the visible bands show, and the classes that show them.
ALIKE_IN_RGB = {
    313: ("Broad-leaved forest", "Coniferous forest", "Mixed forest"),
    231: ("Arable land", "Pastures"),
    512: ("Inland waters", "Inland wetlands"),
}
