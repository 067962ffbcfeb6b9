"""Captions in the styles that language models write: prose, lists, tables, markup, other scripts, slips."""

import random

from bentxt.nomenclature import CLASSES, COUNTRIES

#: One text of each kind that is easily lost in a mixture.
SINGLE = [
    "",
    " ",
    "Forest",
    "forest.",
    ".",
    "...",
    "-",
    "½",
    "5",
    "日本",
    "🌲",
    "\n\n",
    "**",
    '""',
    "A",
    "A.",
    "No.",
    "cannot",
    "m²",
    "%",
    "(",
    "’",
    "…",
    "<think>",
    "https://example.org/a_b?c=d&e=f.",
]


def _parts(text, between="  "):
    return text.split(between)


_QUOTES = _parts("\" \"  “ ”  ‘ ’  ' '  „ “  « »  `` ''  ` `  * *")
_BULLETS = ["- ", "* ", "• ", "1. ", "1) ", "(a) ", "– ", "◦ ", "+ ", "✓ ", "→ ", "i. ", "🌳 ", "A. "]
_UNITS = _parts(
    "m²; m²; m2; sqm; sq. m; sq.m.; km²; ha; hectares; square meters;m^2;m^{2};%; %; percent; per cent"
    ";‰; m⁻²;°; °C;km;k; pixels; px",
    ";",
)
_NUMBERS = _parts(
    "1,350,000;1350000;1 350 000;1.350.000;1'350'000;1\u202f350\u202f000;~72,000;≈ 5;±3;<5;> 60;10–40"
    ";10-40;10 - 40;3.5;.5;1/2;½;1½;1 1/2;2:30;1.35e6;10^6;two-thirds;100;0;-5;+5;²;10⁶;7.;20 %;$5;€5"
    ";№ 3;#3;1st;two;1/1/2020;2020-01-02;12:30pm;100 2000;555-1234;½–¾;⅓;⅞;5x5;3×4;±5%",
    ";",
)
_ASIDES = _parts(
    "e.g.  i.e.,  etc.  cf. Fig. 3  approx. 5  ca. 20  No. 5  vs.  U.S. maps  St. Moritz  Dr. Who  a.m."
    "  et al.  Inc. and Ltd.  don't  can’t  it's  the region's  regions'  cannot  gonna  wanna  we'll"
    "  they’ve  'tis  y'all  o'clock  rock'n'roll  the '90s  l'Étang  and/or  w/o  km/h  north-west"
    "  non-irrigated  well–known  state-of-the-art  land_cover  x_1  naïve  café  São Miguel  Ångström"
    "  Süßwasser  Küste  Łódź  Ελλάδα  Москва  東京の森  森林和湖泊。  숲  غابة  yes/no  AT&T  R&D  C++"
    "  S2 & S1  S&amp;P  &lt;b&gt;  <b>bold</b>  <br/>  <ref id='1'>lake</ref>  http://a.bc/d"
    "  www.example.com  a@b.org  @user  #tag  image.png  :)  ;-)  <3  !!!  ?!  ??  ...  …  ....  . . ."
    "  --  ---  —  ==  =>  ->  ~~x~~  $x^2$  \\frac{1}{2}  \\( a \\)  {x}  [1]  [a](http://b.cd)  `code`"
    "  __b__  *i*  ***  ___  soft\u00adhyphen  no\u00a0break  thin\u2009space  zero\u200bwidth  tab\tbed"
    "  🌲🌊  👩‍🌾  ☀️  ①"
)


def styled_texts(count: int, seed: int) -> list[str]:
    """Return texts in mixed styles, the same for the same seed: first :data:`SINGLE`, then drawn ones."""
    draws = random.Random(seed)
    return [*SINGLE, *(_STYLES[i % len(_STYLES)](draws) for i in range(max(0, count - len(SINGLE))))][:count]


def _quoted(draws, text):
    left, right = draws.choice(_QUOTES).split()
    return left + text + right


def _class(draws):
    name = draws.choice(CLASSES)
    change = draws.randrange(6)
    if change < 3:
        return name.lower()
    return [name, _quoted(draws, name), f"**{name}**"][change - 3]


def _amount(draws):
    return draws.choice(_NUMBERS) + draws.choice(_UNITS)


def _sentence(draws):
    first, second = _class(draws), _class(draws)
    return draws.choice(
        [
            f"The image shows {first} ({_amount(draws)}), followed by {second}.",
            f"{first} dominates the scene in {draws.choice(COUNTRIES)}; {second} covers {_amount(draws)}!",
            f"Is there {first}, {draws.choice(_ASIDES)}? {second}: {_amount(draws)}",
            f"In the {draws.choice(['north-west', 'NE'])}, {first} borders {second} {draws.choice(_ASIDES)}.",
            f"{_amount(draws)} of {first} - {draws.choice(_ASIDES)} - lie next to {_quoted(draws, second)},",
            f"{draws.choice(_ASIDES)} {_quoted(draws, draws.choice(_ASIDES))} {first}",
        ]
    )


def _prose(draws):
    return " ".join(_sentence(draws) for _ in range(draws.randint(1, 4)))


def _list(draws):
    bullet = draws.choice(_BULLETS)
    lines = [f"{bullet}{_class(draws)}{draws.choice([': ', ' – ', ' ('])}{_amount(draws)}" for _ in range(4)]
    return draws.choice(["", "Here is a description:\n", "## Land cover\n\n"]) + "\n".join(lines)


def _table(draws):
    rows = [f"| {_class(draws)} | {_amount(draws)} |" for _ in range(3)]
    return "\n".join(["| Class | Area |", draws.choice(["|---|---|", "| :--- | ---: |"]), *rows])


def _bold(draws):
    parts = [f"**{_class(draws)}**: {_amount(draws)}" for _ in range(3)]
    heading = draws.choice(["### ", "**Caption:** ", "__Note__ "])
    return heading + draws.choice(["; ", "\n", ", "]).join(parts)


def _data(draws):
    pairs = [f'"{_class(draws)}": "{_amount(draws)}"' for _ in range(2)]
    return draws.choice(["", "```json\n"]) + "{" + ", ".join(pairs) + "}" + draws.choice(["", "\n```"])


def _thought(draws):
    return f"<think>{draws.choice(_ASIDES)}</think>\n\n{_sentence(draws)}"


def _asides(draws):
    return draws.choice([" ", ", ", "; ", " / ", "\n"]).join(draws.choice(_ASIDES) for _ in range(6))


def _numbers(draws):
    return draws.choice([" ", ", ", " and "]).join(_amount(draws) for _ in range(5))


def _run_together(draws):
    return draws.choice(["", "-", "/", ".", ",", "_"]).join(draws.choices(_ASIDES + _NUMBERS, k=4))


def _shouted(draws):
    return _sentence(draws).upper()


_STYLES = [_prose, _list, _table, _bold, _data, _thought, _asides, _numbers, _run_together, _shouted]
