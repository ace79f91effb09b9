"""openai before 2.21.0 (issue 2672, pull request 2860): each thread makes types of its own, which are keys of a cache."""
import json
import threading

import beside
import harness
import httpx
import openai
from pydantic import BaseModel


class Fact(BaseModel):
    fact: str


CONTENT = {"type": "output_text", "annotations": [], "text": json.dumps({"fact": "x"})}
MESSAGE = {"id": "1", "type": "message", "role": "assistant", "status": "completed", "content": [CONTENT]}
RESPONSE = {"id": "1", "object": "response", "created_at": 1, "model": "m", "output": [MESSAGE], "tools": []}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=RESPONSE))
client = openai.OpenAI(api_key="key", http_client=httpx.Client(transport=transport))


def ask():
    client.responses.parse(model="m", input="Give a fun fact", text_format=Fact)


harness.say("ready")
while harness.read_line():
    beside.churn()
    for _ in range(25):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    harness.say("done")
