# An agent in Python: counts the words of a text, the standard library is all it needs.
# It finds its task as JSON on standard input (`input` is what the plan says) and answers in JSON lines on standard output.
import json
import sys


def say(**line):
    print(json.dumps(line), flush=True)


text = json.load(sys.stdin)["input"]["text"]
words = text.lower().split()
counts = {}
for number, word in enumerate(words, start=1):
    counts[word] = counts.get(word, 0) + 1
    say(type="progress", percentage=100 * number // len(words), message=word)
say(type="metric", name="distinct_words", value=len(counts))
say(type="result", output=counts)
