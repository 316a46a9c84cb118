"""Asks what tea costs and publishes the answer: a line out, a line in."""

import json
import sys


def say(**line):
    print(json.dumps(line), flush=True)


task = json.loads(sys.stdin.readline())
say(type="request", id="tea", subject="prices.ask", payload="tea")
answer = json.loads(sys.stdin.readline())
say(type="publish", subject="news.python", payload=f"tea costs {answer['payload']}")
say(type="result", output=answer["payload"])
