"""Captions judged by people: the page, the journal behind it, files of reviews, and what they say."""
