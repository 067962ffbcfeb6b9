"""Words of captions of satellite images: those that name nothing new, and those that no fact tells of."""

#: Nouns of things that captions use in another sense, and words of this field that no dictionary has.
_NEUTRAL_WORDS = """
satellite image images imagery scene scenes view views picture photograph photo frame snapshot capture
captures tile patch patches area areas region regions part parts portion portions section sections
segment segments zone zones piece pieces plot plots parcel parcels tract tracts block blocks strip
strips belt belts band bands stretch stretches swath swaths swathe swathes expanse expanses pocket
pockets cluster clusters fragment fragments stand stands sliver slivers spot spots site sites sector
sectors place places location locations unit units body bodies component components element elements
feature features class classes type types category categories kind kinds group groups mosaic mosaics
tapestry tapestries patchwork patchworks carpet blanket quilt canvas backdrop background foreground core
cores heart edge edges border borders boundary boundaries margin margins fringe fringes rim rims limit
limits interface interfaces neighbor neighbors neighbour neighbours contact ring land lands landscape
landscapes landmass landmasses ground terrain territory surface surfaces cover coverage countryside
scenery setting environment environments ecosystem ecosystems vegetation nature climate season country
countries world water waters wetland wetlands forest forests woodland woodlands wood woods grassland
grasslands heath heaths moor moors shrub shrubs crop crops field fields pasture pastures dune dunes sand
sands beach beaches marsh farmland farmlands cropland croplands heathland moorland pastureland shrubland
square meter meters metre metres hectare hectares kilometer kilometers kilometre kilometres percent
percentage share shares fraction fractions third thirds quarter quarters half fifth tenth majority
minority bulk rest remainder balance total sum size sizes extent extents number numbers count counts
figure figures amount amounts order rank remnant remnants enclave enclaves body division divisions
subdivision subdivisions occurrence occurrences instance instances network networks matrix mix mixture
blend array range variety diversity combination composition interplay transition transitions structure
structures pattern patterns arrangement distribution configuration character presence contrast dominance
prominence fabric center centre lead leader hold space spaces semi-natural seminatural agro- forestry
sclerophyllous broad-leaved broadleaved coniferous arable pastoral captured taken acquired recorded
observed photographed sensed sentinel sentinel-2 sentinel-1 multispectral one ones pair trio couple
string handful collection ensemble assemblage counterpart counterparts companion companions runner-up
second first place foot footprint footprints hand means turn line lines point points side sides way ways
stage form forms lot lots mass masses measure measures bit bits chunk chunks medley palette jigsaw
puzzle checkerboard interior exterior whole entirety surroundings surrounding vicinity midst
neighborhood neighbourhood adjacency constituent constituents remaining residual topography anchor
anchors addition blankets carpets frames sole harbors hosts harbours sprawls tops heads trails rounds wraps
skirts totals dwarfs leftovers leftover outlier outliers layer layers sensor mate partner partners
player players protagonist star swatch swatches shard shards islands-like
stripe stripes arm arms finger fingers tongue tongues hinterland heartland outskirts montage
setup centers centres centered centred open rural natural wild mild cool temperate cold
warm hot dry overall partition partitions slab slabs scrap scraps snippet snippets offcut offcuts aggregate
aggregates makeup mainstay vantage wall-to-wall edge-to-edge side-by-side corner-to-corner neck-and-neck
pairwise end ends fellow peer peers rival rivals sibling siblings newcomer latecomer host hails cloaks drapes
seasonal lion's room head eye heel heels position positions competitor competitors contender contenders
front-runner frontrunner underdog also-ran heavyweight hub fellows kin twin twins winner bookends caps tips
chief ingredient ingredients staple cell cells raster pixel seam seams joint junction junctions lobe lobes
fleck flecks chip chips locality district orbit air nutshell hem hair's hairsbreadth
"""
NEUTRAL = frozenset(_NEUTRAL_WORDS.split())

#: Words for an area of a class where a number, a size or "of" is next to them, and for a thing elsewhere.
FIGURATIVE = frozenset(("islet", "islets", "ribbon", "ribbons", "corridor", "corridors"))

#: Turns of speech whose words stand for things elsewhere.
IDIOMS = (
    r"(?:top|bottom|head) of the (?:list|ranking|table|order)|corner of (?!the |this )\w+|upper hand"
    r"|suppl(?:y|ies) (?:another|an? (?:further|additional)|the (?:rest|remaining)|(?:about |some |~)?\d)"
    r"|feeds? into|in plain (?:view|sight)|plain to see|time of (?:the )?year"
)

#: Things, states, uses, directions and times that no fact tells of, whatever a dictionary says of them.
_INVENTED_WORDS = """
river rivers lake lakes stream streams pond ponds lagoon canal canals creek road roads highway highways
railway railways building buildings house houses home homes city cities town towns village villages
hamlet settlement settlements suburb suburbs suburban neighborhoods mountain mountains mountainous hill
hills hilly valley valleys slope slopes plateau ridge ridges plain plains lowland lowlands highland
highlands peninsula island islands glacier coast coastline shoreline shore shores sea ocean bay estuary
delta harbor harbour port airport bridge dam dams reservoir reservoirs quarry quarries mine mines
factory factories farm farms farmhouse farmer farmers farming villager barn vineyard vineyards olive
olives orchard orchards rice wheat maize corn barley hay livestock cattle cow cows sheep horse horses
wildlife deer bird birds birch oak pine spruce beech tree trees hedge hedges hedgerow hedgerows snow
snowy snow-covered ice icy frozen frost frosty cloud clouds cloudy cloudless haze hazy fog foggy mist
rain rainy sun sunny sunlit shadow shadows storm tilled untilled plowed ploughed harvested harvest
irrigated irrigation drained flooded flooding flood floods burned burnt fire fires logged logging clear-
cut deforested deforestation planted sown sowing grazed grazing mown blooming flowering ripe ripening
bare barren lush fertile thriving pristine untouched polluted eroded abandoned degraded overgrown dense
sparse-looking muddy dusty busy bustling inhabited populated uninhabited tranquil serene peaceful
picturesque beautiful breathtaking stunning idyllic charming magnificent north south east west northern
southern eastern western northeast northwest southeast southwest northeastern northwestern southeastern
southwestern northward southward eastward westward north-east north-west south-east south- west left
upper corner corners top leftmost rightmost january february march-time april june july august september
october november december morning afternoon evening night midday dawn dusk yesterday today tomorrow
recently formerly historically century decade decades year years church churches school schools ship
ships boat boats fence fences warehouse warehouses people person path paths trail trails ditch ditches
bog swamp swamps parking pipeline pipelines solar desert market shop shops office offices reserve
reserves nearby park parks protected feed feeds feeding drains nourish nourishes supplies protects
shelters golf tourism tourist tourists recreation recreational traffic industry-driven population
economy economic economically capital capitals metropolitan national international equator drought
droughts famine war wars wildfire wildfires pollution heatwave heatwaves festival festivals holiday holidays
urbanization urbanisation suburbanization overgrazing overexploitation logistics manufacturing warehousing
mining trade storage housing residents fishing hunting
"""
INVENTED = frozenset(_INVENTED_WORDS.split())

#: Of these, what a class of the patch may be called: by the index of the class.
BY_CLASS = {
    18: frozenset(("sea", "ocean", "coast", "coastline", "shore", "shores", "shoreline", "bay")),
    17: frozenset(("shore", "shores", "shoreline")),
    16: frozenset(("coast", "coastline", "shore", "shores", "shoreline")),
    14: frozenset(("coast", "coastline", "shore", "shores", "shoreline")),
    **dict.fromkeys((8, 9, 10), frozenset(("tree", "trees", "dense"))),
}
