"""Finds the functions, tables, macros, types and variables of C files, and text in them.

Text is compared token by token, so comments, blanks and line breaks do not count.
"""
import bisect
import pathlib
import re

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|\\\n|(?P<token>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
                   r'|\w+|->|\+\+|--|<<=?|>>=?|&&|\|\||[-+*/%&|^=!<>]=|\.\.\.|[^\s\\])', re.S)
NO_NAMES = ('struct', 'union', 'enum', '__attribute__')
DIRECTIVE = re.compile(r'^[ \t]*#[ \t]*(?P<word>\w+)[ \t]*(?P<name>\w*)(?:\\\n|[^\n])*', re.M)


def tokens_of(text):
    """(token, start, end) of each token."""
    return [(m['token'], m.start(), m.end()) for m in TOKEN.finditer(text) if m['token']]


class Source:
    """A file, and where each name in it is defined: spans of its tokens."""

    def __init__(self, text, is_c):
        self.text = text
        self.tokens = tokens_of(text)
        self.words = [token for token, _, _ in self.tokens]
        self.spans = {}
        if is_c:
            self._find_macros()
            self._find_definitions()

    def _add(self, name, first, last):
        self.spans.setdefault(name, []).append((first, last))

    def _find_macros(self):
        starts = [start for _, start, _ in self.tokens]
        self.in_directive = set()
        for match in DIRECTIVE.finditer(self.text):
            first = bisect.bisect_left(starts, match.start())
            last = bisect.bisect_left(starts, match.end())
            self.in_directive.update(range(first, last))
            if match['word'] == 'define':
                self._add(match['name'], first, last)

    def _find_definitions(self):
        depth, chunk, body = 0, [], None
        for i, word in enumerate(self.words):
            if i in self.in_directive:
                continue
            if not depth:
                chunk.append(i)
            if word in '([{':
                depth += 1
                if depth == 1 and word == '{':
                    body = len(chunk) - 1   # in chunk: what stands before the braces
            elif word in ')]}':
                depth -= 1
                if not depth:
                    chunk.append(i)
            ends = word == ';' or (word == '}' and self._is_function(chunk, body))
            if not depth and ends:
                self._name(chunk, body)
                chunk, body = [], None

    def _is_function(self, chunk, body):
        head = [self.words[i] for i in chunk[:body]]
        return bool(head) and head[-1] == ')' and '=' not in head

    def _name(self, chunk, body):
        words = [self.words[i] for i in chunk]
        names = []
        if '=' in words:
            at = words.index('=') - 1
            while at > 0 and words[at] == ']':
                at -= 2
            names = [words[at]]
        elif self._is_function(chunk, body):
            names = [words[at - 1] for at in range(1, body) if words[at] == '('][-1:]
        elif '(' not in words or body is not None:
            names = words[-2:-1] if body is None else [words[body - 1], *words[body + 2:-1]]
        for name in names:
            if re.fullmatch(r'[A-Za-z_]\w*', name) and name not in NO_NAMES:
                self._add(name, chunk[0], chunk[-1] + 1)

    def find(self, pattern, span):
        """The places in the text, (start, end), where the words of @pattern stand."""
        first, last = span
        n = len(pattern)
        return [(self.tokens[i][1], self.tokens[i + n - 1][2])
                for i in range(first, last - n + 1) if self.words[i:i + n] == pattern]


class Tree:
    """The files of some folders, read once."""

    def __init__(self, root, files):
        self.sources = {}
        for file in files:
            path = pathlib.Path(file)
            self.sources[path] = Source((root / path).read_text(), path.suffix in ('.c', '.h'))

    def find(self, pattern, name, hint):
        """(file, start, end) of each place where @pattern stands in what is called @name: a
        definition, or a file.  @hint: the name of the only file to look in, or None."""
        words = [token for token, _, _ in tokens_of(pattern)]
        found = set()
        for path, source in self.sources.items():
            if hint not in (None, path.name):
                continue
            spans = list(source.spans.get(name, []))
            if path.name == name:
                spans.append((0, len(source.words)))
            for span in spans if words else []:
                found.update((path, *place) for place in source.find(words, span))
        return sorted(found)

    def defines(self, name, hint):
        return any(name == path.name or name in source.spans
                   for path, source in self.sources.items() if hint in (None, path.name))
