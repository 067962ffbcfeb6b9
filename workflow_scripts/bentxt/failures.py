"""Kinds of answers that are missing or not whole, as status, log and tables name and count them."""

#: The server refused this request, gave no answer to it, or something that is no chat completion.
REFUSED_REQUEST, NO_ANSWER, UNREADABLE = "refused by the server", "no answer", "no chat completion"
#: What the model said is not an answer that was asked for, or not the whole of it.
FILTERED, DECLINED = "stopped by a content filter", "declined by the model"
EMPTY, CUT, UNFINISHED = "empty", "cut at the longest answer", "a thought without an end"
#: The model itself failed on the item.
OUT_OF_MEMORY, CRASHED = "out of memory", "the model failed"

#: Longest answer that is taken as one, characters; one of ten megabytes is a fault, whoever wrote it.
LONGEST_ANSWER = 100_000

#: Kinds that are the model's own doing. The others befall it, so that its score says less of it.
OWN_DOING = (FILTERED, DECLINED, EMPTY, CUT, UNFINISHED)
