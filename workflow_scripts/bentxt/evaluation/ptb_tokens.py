r"""Penn Treebank tokens of captions, as pycocoevalcap's Java program makes them, without Java.

BLEU, CIDEr and METEOR of captions are defined on the tokens of Stanford's ``PTBTokenizer`` (CoreNLP 3.4.1,
called with ``-preserveLines -lowerCase``), of which pycocoevalcap drops a list of punctuation. That program
reads a text from the left: of all kinds of tokens the one that reaches furthest wins, and of two that reach
as far the one that is listed first. A kind may ask for what follows; that counts as reached, but the next
token begins in it. This module lists the kinds and does the same. A test holds it against what the program
said to some thousand texts, and against the program itself where Java is.

Three things that the program does are left out, since they come from its reading of all captions as one text:

- The last word of a caption may depend on the next caption ("class A." keeps its period or loses it); here a
  caption is read as if an ordinary word followed in the next line.
- A vertical tab, form feed or Unicode line end within a caption shifts all later captions by a line; here it
  separates words.
- Marks that mean an end of sentence, doubled by the program after "etc.", are not made: the list drops them.

A token may hold spaces (a telephone number, a tag); metrics see its parts, since they split at spaces.
"""

from collections.abc import Callable
from functools import cache

import regex

#: What pycocoevalcap drops, as far as it can occur. Its brackets are in upper case and so drop nothing.
DROPPED = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])


def _any_case(pattern: str) -> str:
    """Return a pattern of lower-case letters that takes either case, letter by letter."""
    return "(?:" + regex.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", pattern) + ")"


# Characters. The program knows Unicode 6.1: letters and digits that came later are no characters to it, and
# some signs that Unicode does not count among the letters are letters to it.
_YOUNGER = (
    r"\u037F\u0528-\u052F\u0558\u0560\u0588\u058B-\u058C\u05EF\u0860-\u086A\u0870-\u0887\u0889-\u088F\u08A1"
    r"\u08AD-\u08C9\u0978\u0980\u09FC\u0AF9\u0C34\u0C5A\u0C5C-\u0C5D\u0C80\u0CDC-\u0CDD\u0D04\u0D54-\u0D56"
    r"\u0D5F\u0DE6-\u0DEF\u0E86\u0E89\u0E8C\u0E8E-\u0E93\u0E98\u0EA0\u0EA8-\u0EA9\u0EAC\u13F5\u13F8-\u13FD"
    r"\u16F1-\u16F8\u170D\u171F\u1878\u191D-\u191E\u19B0-\u19C0\u19C8-\u19C9\u1B4C\u1C80-\u1C8A\u1C90-\u1CBA"
    r"\u1CBD-\u1CBF\u1CF2-\u1CF3\u1CFA\u208F\u209D-\u209F\u2C2F\u2C5F\u312E-\u312F\u31BB-\u31BF\u4DB6-\u4DBF"
    r"\u9FCD-\u9FFF\uA698-\uA69D\uA78F\uA794-\uA79F\uA7AB-\uA7DD\uA7E2\uA7F1-\uA7F7\uA8FD-\uA8FE\uA9E0-\uA9E4"
    r"\uA9E6-\uA9FE\uAA7E-\uAA7F\uAB30-\uAB5A\uAB5C-\uAB69\uAB6C-\uAB6D\uAB70-\uABBF"
)
_SIGNS = (
    r"\u00AD\u0237-\u024F\u02C2-\u02C5\u02D2-\u02DF\u02E5-\u02FF\u0300-\u037D\u0384-\u0385\u03CF\u03F6"
    r"\u03FC-\u03FF\u0483-\u0487\u04CF\u04F6-\u04FF\u0510-\u0525\u055A-\u055F\u0591-\u05BD\u05BF\u05C1-\u05C2"
    r"\u05C4-\u05C5\u05C7\u0615-\u061A\u063B-\u063F\u064B-\u065E\u0670\u06D6-\u06EF\u06FA-\u06FF\u070F\u0711"
    r"\u0730-\u077F\u07A6-\u07B1\u07CA-\u07F5\u07FA\u0900-\u0903\u093C\u093E-\u094E\u0951-\u0955\u0962-\u0963"
    r"\u0981-\u0983\u09BC-\u09C4\u09C7-\u09C8\u09CB-\u09CD\u09D7\u09E2-\u09E3\u0A01-\u0A03\u0A3C\u0A3E-\u0A4F"
    r"\u0A81-\u0A83\u0ABC-\u0ACF\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8\u0BCA-\u0BCD\u0C01-\u0C03\u0C3E-\u0C56"
    r"\u0D3E-\u0D44\u0D46-\u0D48\u0E30-\u0E3A\u0E47-\u0E4E\u0EB1-\u0EBC\u0EC8-\u0ECD"
)
_LETTERS = rf"\p{{Letter}}\u1885\u1886--[{_YOUNGER}]"
_LETTER = f"[{_LETTERS}]"
_DIGIT = rf"[\p{{Decimal_Number}}--[{_YOUNGER}]]"
_ALPHANUMERIC = rf"[\p{{Letter}}\u1885\u1886\p{{Decimal_Number}}--[{_YOUNGER}]]"
# An accented letter may be written as in HTML.
_ACCENTED = f"&[aeiouAEIOU]{_any_case('acute|grave|uml')};"
_IN_WORD = f"(?:[{_LETTERS}||[{_SIGNS}]]|{_ACCENTED})"
_SPACE = r"[ \t\u00A0\u2000-\u200A\u3000]"
_SPACE_OR_END = r"[ \t\u00A0\u2000-\u200A\u3000\n]"
_APOSTROPHE = rf"(?:['\u0092’]|{_any_case('&apos;')})"
_ANY_APOSTROPHE = rf"(?:['`‘’‛\u0091\u0092]|{_any_case('&apos;')})"
_INSIDE_SENTENCE = r"[,;:、]"

# Words.
_WORD = rf"{_IN_WORD}(?:{_IN_WORD}|{_DIGIT})*(?:[.!?]{_IN_WORD}(?:{_IN_WORD}|{_DIGIT})*)*"
_CONTRACTED = rf"{_APOSTROPHE}(?:[msdMSD]|{_any_case('re|ve|ll')})"
_NEGATION = rf"[nN]{_ANY_APOSTROPHE}[tT]"
_BEFORE_NEGATION = r"[A-Za-z\u00AD]*[A-MO-Za-mo-z]\u00AD*"
_SPLIT_WORDS = [
    *(("can", "not"), ("gon", "na"), ("got", "ta"), ("lem", "me"), ("gim", "me"), ("wan", "na")),
    ("'t", "was"),
]
_WITH_APOSTROPHE = "|".join(
    [
        rf"{_APOSTROPHE}[nN]{_APOSTROPHE}?",
        rf"[lLdDjJ]{_APOSTROPHE}",
        rf"{_any_case('dunkin|somethin|ol')}{_APOSTROPHE}",
        rf"{_APOSTROPHE}{_any_case('em|cause|till?')}",
        rf"{_APOSTROPHE}[2-9]0[sS]",
        rf"[A-HJ-XZn]{_ANY_APOSTROPHE}{_LETTER}{_LETTER}+",
        rf"[oO]{_ANY_APOSTROPHE}[oO]",
        rf"{_LETTER}+[aeiouyAEIOUY]{_ANY_APOSTROPHE}[aeiouA-Z]{_LETTER}*",
        _any_case(r"cont'd[.]?|nor'easter|c'mon|e'er|s'mores|ev'ry|li'l|nat'l"),
    ]
)
_PIECE = rf"(?:[dDoOlL]{_ANY_APOSTROPHE}{_ALPHANUMERIC})?{_ALPHANUMERIC}+"
_HYPHENATED = rf"{_PIECE}(?:[-_\u058A\u2010\u2011]{_PIECE})*"
_ACRONYM = (
    r"(?:[A-Za-z](?:[.][A-Za-z])+"
    rf"|{_any_case('(?:canada|sino|korean|eu|japan|non)-u[.]s|u[.]s[.]-(?:u[.]k|u[.]s[.]s[.]r)')})"
)
_HYPHENATED_NUMBERS = rf"[A-Za-z0-9][A-Za-z0-9.,\u00AD]*(?:-(?:[A-Za-z0-9\u00AD]+|{_ACRONYM}[.]))+"
_WITH_AMPERSAND = rf"[A-Z]+(?:(?:[+&]|{_any_case('&amp;')})[A-Z]+)+"
_WITH_SLASH = r"[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}(?:\\?/[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}){1,2}"
_SPECIAL = "|".join(
    [
        _any_case("-(?:rrb|lrb|rcb|lcb|rsb|lsb)-|c[.]d[.]s|(?:pro|anti)-|s(?:&|&amp;)p-500|s(?:&|&amp;)ls"),
        rf"{_any_case('cap')}{_APOSTROPHE}[nN]|[cC]{_APOSTROPHE}{_any_case('est')}",
    ]
)

# Abbreviations, which keep their period. Before the end of a sentence:
_ABBREVIATIONS = (
    _any_case(
        "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thu|thurs|fri"
        "|ala|ariz|calif|colo|conn|ct|dak|fla|ga|ind|kans?|ky|md|mich|minn|mo|mont|neb|nev|okla|penn|tenn"
        "|va|vt|wisc?|wyo|inc|cos?|corp|ltd|plc|rt|bancorp|bhd|assn|univ|intl|sys|tel|est|ext|sq|jr|sr|bros"
        "|esq|(?:ed|ph)[.]d|etc|al|seq|bldg|blvd|rd"
    )
    + f"|A{_any_case('z|rk')}|D{_any_case('el')}|I{_any_case('ll')}|[LP][aA]|M{_any_case('ass|iss')}"
    + f"|O{_any_case('re')}|T{_any_case('ex')}|W{_any_case('ash')}|[pP][pP]?[tT][ye][sS]?"
)
# Before a name, and single letters:
_TITLES = (
    _any_case(
        "mr|mrs|ms|drs?|profs?|sens?|reps?|attys?|lt|col|gen|messrs|govs?|adm|rev|maj|sgt|cpl|pvt|capt|ste?"
        "|ave|pres|lieut|hon|brig|co?mdr|pfc|spc|supts?|det|mt|ft|adj|adv|asst|assoc|ens|insp|mlle|mme|msgr"
        "|sfc|vs|alex|wm|jos|cie|a[.]k[.]a|cf|treas|ph|invt|elec|natl|dept"
    )
    + rf"|[mM][ft][gG]|[A-Za-z]|{_ACRONYM}"
)
# Before a number:
_BEFORE_NUMBER = _any_case("ca|figs?|prop|nos?|art|pp|op")
# After these words a lone letter and a period were the end of a sentence.
_SENTENCE_STARTS = (
    "About|According|Additionally|After|An|A|As|At|But|Earlier|He|Her|Here|However|If|In|It|Last|Many|More"
    "|Mr[.]|Ms[.]|Now|Once|One|Other|Our|She|Since|So|Some|Such|That|The|Their|Then|There|These|They|This|We"
    "|When|While|What|Yet|You"
)

# Numbers.
_PLAIN_NUMBER = rf"(?:{_DIGIT}+|{_DIGIT}*(?:[.:,\u00AD\u066B\u066C]{_DIGIT}+)+)"
_DATE = rf"{_DIGIT}{{1,2}}[-/]{_DIGIT}{{1,2}}[-/]{_DIGIT}{{2,4}}"
_FRACTION = rf"(?:{_DIGIT}{{1,4}}[- \u00A0])?{_DIGIT}{{1,4}}(?:\\?/|\u2044){_DIGIT}{{1,4}}"
_RAISED = r"[\u207A\u207B\u208A\u208B]?(?:[\u2070\u00B9\u00B2\u00B3\u2074-\u2079]+|[\u2080-\u2089]+)"
_TELEPHONE = (
    r"(?:\([0-9]{2,3}\)[ \u00A0]?|(?:\+\+?)?(?:[0-9]{2,4}[- \u00A0])?[0-9]{2,4}[- \u00A0])"
    r"[0-9]{3,4}[- \u00A0]?[0-9]{3,5}|(?:(?:\+\+?)?[0-9]{2,4}[.])?[0-9]{2,4}[.][0-9]{3,4}[.][0-9]{3,5}"
)

# Of computers.
_NAME = "[A-Za-z][A-Za-z0-9_:.-]*"
_TAG = (
    rf"<(?:[!?][A-Za-z-][^>\r\n]*|/{_NAME}[ ]*"
    rf"|{_NAME}(?:[ ]+(?:{_NAME}|{_NAME}[ ]*=[ ]*(?:'[^']*'|\"[^\"]*\")))*[ ]*/?[ ]*)>"
)
_URL = (
    rf"{_any_case('https?')}://"
    r"[^ \t\n\f\r\"<>|(){}]+[^ \t\n\f\r\"<>|.!?(){},-]"
)
_LIKELY_URL = (
    rf"(?:{_any_case('www')}[.](?:[^ \t\n\f\r\"<>|.!?(){{}},]+[.])+[a-zA-Z]{{2,4}}"
    # From comma to underscore: capitals and digits are left out too.
    rf"|(?:[^ \t\n\f\r\"`'<>|.!?(){{}},-_$]+[.])+{_any_case('com|net|org|edu')})"
    r"(?:/[^ \t\n\f\r\"<>|()]+[^ \t\n\f\r\"<>|.!?(){},-])?"
)
_MAIL_ADDRESS = (
    rf"(?:{_any_case('&lt;')}|<)?"
    r"[a-zA-Z0-9][^ \t\n\f\r\"<>|(){}\u00A0]*@"
    r"(?:[^ \t\n\f\r\"<>|(){}.\u00A0]+[.])*[^ \t\n\f\r\"<>|(){}.\u00A0]+"
    rf"(?:{_any_case('&gt;')}|>)?"
)
_FILE_NAME = rf"(?:{_IN_WORD}|{_DIGIT})+(?:[.](?:{_IN_WORD}|{_DIGIT})+)*[.]" + _any_case(
    "bat|bmp|c|class|cgi|cpp|dll|docx?|exe|gif|gz|h|html?|jar|java|jpe?g|mov|mp3|pdf|php|pl|png|ppt|ps|py|sql"
    "|tar|txt|wav|x|xml|zip"
)

# Signs.
_QUOTES = rf"{_APOSTROPHE}|''|[`\u2018-\u201F\u0091-\u0094\u2039\u203A«»]{{1,2}}"
_SMILEY = r"[<>]?[:;=][-o*']?[()DPdpO\\{@|\[\]]"
_OTHER_SMILEY = (
    r"[\^x=~<>][.]\[\^x=~<>]|[-^x=~<>']_[-^x=~<>']"
    r"|\([-^x=~<>'][_.]?[-^x=~<>']\)|\([\^x=~<>']-[\^x=~<>'`]\)"
)
_ELLIPSIS = r"[.]{3,5}|…"
_SPACED_ELLIPSIS = r"(?:[.][ \u00A0]){2,4}[.]"
_SYMBOL = (
    r"[+%&~\^|\\¦§¨©¬®¯\u00B0-\u00B4\u00B6-\u00B9×÷\u0387\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u0600-\u0603"
    r"\u0606-\u060A\u060C\u0614\u061B\u061E\u066A\u066D\u0703-\u070D\u07F6-\u07F8\u0964\u0965\u0E4F\u1FBD\u2016"
    r"\u2017\u2020-\u2023\u2030-\u2038\u203B\u203E-\u2042\u2044\u207A-\u207E\u208A-\u208E\u2100-\u214F"
    r"\u2190-\u2BFF\u3012\u30FB\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]"
)

_SINGLE_QUOTES = str.maketrans(
    dict.fromkeys("‘‛‹\u0091", "`")
    | dict.fromkeys("’›\u0092", "'")
    | dict.fromkeys("“«\u0093", "``")
    | dict.fromkeys("”»\u0094", "''")
)
_BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}
_FRACTIONS = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_CURRENCIES = {"¢": "cents", "£": "#"} | dict.fromkeys("\u0080¤₠€", "$")


def _without_soft_hyphens(token: str) -> str:
    return token.replace("\u00ad", "") or "-"


def _with_plain_quotes(token: str) -> str:
    return token.lower().replace("&apos;", "'").translate(_SINGLE_QUOTES)


def _with_ampersand(token: str) -> str:
    return token.lower().replace("&amp;", "&")


def _with_named_brackets(token: str) -> str:
    return token.replace("(", "-LRB-").replace(")", "-RRB-")


def _hyphens(token: str) -> str:
    return "--" if len(token) in (3, 4) else token


def _always(text: str) -> Callable[[str], str]:
    return lambda token: text


def _by(table: dict[str, str]) -> Callable[[str], str]:
    return lambda token: table.get(token, token)


_nothing = _always("")

#: The kinds of tokens, in the program's order: pattern, what has to follow, and what becomes of the text.
_KINDS: list[tuple[str, str, Callable[[str], str] | None]] = [
    (r"[cC]\+\+|[cfCF]\#", "", None),
    *((_any_case(first), _any_case(second), None) for first, second in _SPLIT_WORDS),
    (f"{_APOSTROPHE}[tT]", "[iI][sS]", _with_plain_quotes),
    (_TAG, "", None),
    (rf"{_any_case('&(?:md|mdash|ndash);')}|[\u0096\u0097–—―]", "", _always("--")),
    (_any_case("&amp;"), "", _always("&")),
    (_any_case(r"&(?:ht|tl|ur|lr|qc|ql|qr|odq|cdq|\#[0-9]+);"), "", None),
    (_WORD, _CONTRACTED, _without_soft_hyphens),
    (_BEFORE_NEGATION, _NEGATION, _without_soft_hyphens),
    (_WORD, "", _without_soft_hyphens),
    (_WITH_APOSTROPHE, "", None),
    (f"[yY]{_APOSTROPHE}", _LETTER, None),
    (_URL, "", None),
    (_LIKELY_URL, "", None),
    (_MAIL_ADDRESS, "", None),
    (rf"@[a-zA-Z_][a-zA-Z_0-9]*|\#{_IN_WORD}+", "", None),
    (f"{_CONTRACTED}|{_NEGATION}", "[^A-Za-z]", _with_plain_quotes),
    (_DATE, "", None),
    (f"[-+]?{_PLAIN_NUMBER}", "", _without_soft_hyphens),
    (_RAISED, "", None),
    (_FRACTION, "", None),
    (r"[¼½¾\u2153-\u215E]", "", _by(_FRACTIONS)),
    (_SPECIAL, "", _with_ampersand),
    (_WITH_SLASH, "", None),
    (r"[A-Z]*\$|\#", "", None),
    (r"[¢£¤¥\u0080\u20A0\u20AC\u060B\u0E3F\u20A4\uFFE0\uFFE1\uFFE5\uFFE6]", "", _by(_CURRENCIES)),
    ("[A-Za-z]", rf"[.]{_SPACE_OR_END}+(?:{_SENTENCE_STARTS}|{_TAG}){_SPACE_OR_END}", None),
    (f"{_BEFORE_NUMBER}[.]", f"{_SPACE_OR_END}?{_DIGIT}", None),
    (f"(?:{_ABBREVIATIONS})[.]", "..", None),
    (f"(?:{_ABBREVIATIONS}|{_TITLES})[.]", "", None),
    (f"(?:{_TITLES})", _SPACE_OR_END, None),
    (f"{_APOSTROPHE}[0-9][0-9]", _SPACE_OR_END, None),
    (_FILE_NAME, f"(?:{_SPACE_OR_END}|[.?!,])", None),
    (f"{_WORD}[.]", _INSIDE_SENTENCE, _without_soft_hyphens),
    (_TELEPHONE, "", _with_named_brackets),
    (f'"|{_any_case("&quot;")}', "", _nothing),
    (f"<|{_any_case('&lt;')}", "", _always("<")),
    (f">|{_any_case('&gt;')}", "", _always(">")),
    (_SMILEY, "[^A-Za-z0-9]", _with_named_brackets),
    (_OTHER_SMILEY, "", _with_named_brackets),
    (r"[(){}\[\]]", "", _by(_BRACKETS)),
    ("-+", "", _hyphens),
    (_ELLIPSIS, f"[.]{_SPACE_OR_END}+{_LETTER}", _nothing),
    (_SPACED_ELLIPSIS, f"{_SPACE}[.]{_SPACE_OR_END}+{_LETTER}", _nothing),
    (f"{_ELLIPSIS}|{_SPACED_ELLIPSIS}", "", _nothing),
    (r"@+|_+|\#+|\*+|(?:\\\*){1,3}", "", None),
    (_INSIDE_SENTENCE, "", None),
    ("[?!]+", "", None),
    (r"[.¡¿\u037E\u0589\u061F\u06D4\u0700-\u0702\u07FA。]", "", None),
    ("[=/]", "", None),
    (f"{_HYPHENATED_NUMBERS}[.]", _INSIDE_SENTENCE, _without_soft_hyphens),
    (_HYPHENATED_NUMBERS, "", _without_soft_hyphens),
    (f"{_HYPHENATED}[.]", _INSIDE_SENTENCE, None),
    (_HYPHENATED, "", None),
    (f"{_WITH_AMPERSAND}[.]", _INSIDE_SENTENCE, _with_ampersand),
    (_WITH_AMPERSAND, "", _with_ampersand),
    ("'", r"[A-Za-z][^ \t\n\r\u00A0]", _nothing),
    (_CONTRACTED, "", _with_plain_quotes),
    (_QUOTES, "", _with_plain_quotes),
    ("<<|>>", "", None),
    (_SYMBOL, "", None),
    # Spaces, and all that the program does not know.
    (rf"{_SPACE}+|{_any_case('&nbsp;')}|.", "", _nothing),
]

_REWRITE = {f"k{i}": rewrite for i, (_, _, rewrite) in enumerate(_KINDS)}


@cache
def _any_kind(left_out: tuple[str, ...] = ()) -> regex.Pattern[str]:
    kinds = [
        f"(?P<k{i}>{pattern}){follows}"
        for i, (pattern, follows, _) in enumerate(_KINDS)
        if pattern not in left_out
    ]
    # POSIX: the alternative that reaches furthest is taken.
    return regex.compile("(?V1ps)" + "|".join(kinds))


# Addresses are looked for as far as the next space, from every token: only in texts that can hold one.
_ADDRESSES = (_URL, _LIKELY_URL, _MAIL_ADDRESS)
_ADDRESS = regex.compile(_any_case("@|://|[.](?:com|net|org|edu)|www[.]"))
# Most tokens, found at less cost: words before a space, numbers before a space and no digit.
_PLAIN = regex.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*(?=,? )|[0-9]+(?:[.,][0-9]+)*(?= [^0-9])|,(?= )| +(?=[!-~])")
_SPLIT = frozenset("".join(words) for words in _SPLIT_WORDS)
_LINE_ENDS = regex.compile("[\n\v\f\r\u0085\u2028\u2029]")
_BEYOND = regex.compile("[\U00010000-\U0010ffff]")


def ptb_tokens(text: str) -> list[str]:
    """Return the tokens of a caption, in lower case and without punctuation.

    Parameters
    ----------
    text : str
        Any text; line ends separate words.

    Returns
    -------
    list of str
        Words without spaces, in order.

    Examples
    --------
    >>> " ".join(ptb_tokens('**Forest** (72,000 m²) cannot be "seen", e.g. at 2:30.'))
    '** forest ** -lrb- 72,000 m ² -rrb- can not be seen e.g. at 2:30'
    """
    text = _LINE_ENDS.sub(" ", text) + "\nx"
    beyond = _BEYOND.search(text) is not None
    if beyond:
        # The program sees a character outside the basic plane as two.
        text = _BEYOND.sub(_as_two, text)
    any_kind = _any_kind(() if _ADDRESS.search(text) else _ADDRESSES)
    words: list[str] = []
    position, end = 0, len(text) - 2
    while position < end:
        found = _PLAIN.match(text, position)
        token = found[0].lower() if found else ""
        if found and token not in _SPLIT:
            position = found.end()
        else:
            found = any_kind.match(text, position)
            kind = found.lastgroup
            rewrite, token = _REWRITE[kind], found[kind]
            token = (rewrite(token) if rewrite else token).lower()
            position = found.end(kind)
        if token not in DROPPED:
            words += token.split()
    return [_as_one(word) for word in words] if beyond else words


def _as_two(character):
    code = ord(character[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _as_one(word):
    return word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
