"""MessagePack and Protobuf by Python's own packages.

Reads `envelopes.json` (first argument) and the folder of the generated `polyphon_pb2` (second), checks that our bytes
say what the JSON says, and prints what Python writes for each message as rows of `foreign.json`.
"""

import base64
import json
import sys
import uuid

import msgpack

sys.path.insert(0, sys.argv[2])
import polyphon_pb2  # noqa: E402

KINDS = ["command", "query", "response", "event", "heartbeat", "error", "data", "notification"]
PRIORITIES = ["low", "medium", "high", "critical"]
ENCODINGS = ["json", "msgpack", "bytes"]


def payload(row, told):
    if "encoding" in told:
        return base64.b64decode(told["payload"])
    start = row["json"].find('"payload":')
    return None if start < 0 else row["json"][start + len('"payload":') : -1].encode()


def packed(row, told):
    trace = told.get("trace_context")
    fields = {
        1: uuid.UUID(told["id"]).bytes,
        2: told["version"],
        3: KINDS.index(told["kind"]) + 1,
        4: told["source"],
        5: told["target"].get("agent"),
        6: told["target"].get("topic"),
        7: told["target"].get("broadcast"),
        8: told["timestamp"],
        9: PRIORITIES.index(told["priority"]) + 1 if "priority" in told else None,
        10: told.get("correlationId"),
        11: uuid.UUID(told["causationId"]).bytes if "causationId" in told else None,
        12: told.get("replyTo"),
        13: told.get("ttl"),
        14: trace and [trace["traceparent"], trace.get("tracestate"), trace.get("baggage")],
        15: told.get("headers"),
        16: told.get("schema"),
        17: {name: [each["critical"], each["value"]] for name, each in told["extensions"].items()}
        if "extensions" in told
        else None,
        18: ENCODINGS.index(told["encoding"]) + 1 if "encoding" in told else None,
        19: payload(row, told),
    }
    return {number: value for number, value in fields.items() if value is not None}


def message(row, told):
    made = polyphon_pb2.Envelope(
        id=uuid.UUID(told["id"]).bytes,
        version=told["version"],
        kind=told["kind"].upper(),
        source=told["source"],
        timestamp=told["timestamp"],
        correlation_id=told.get("correlationId"),
        reply_to=told.get("replyTo"),
        ttl=told.get("ttl"),
        trace_context=told.get("trace_context"),
        headers=told.get("headers"),
        schema=told.get("schema"),
        extensions={name: polyphon_pb2.Extension(**each) for name, each in told.get("extensions", {}).items()},
        payload=payload(row, told),
        **told["target"],
    )
    if "priority" in told:
        made.priority = polyphon_pb2.Priority.Value(told["priority"].upper())
    if "causationId" in told:
        made.causation_id = uuid.UUID(told["causationId"]).bytes
    if "encoding" in told:
        made.encoding = polyphon_pb2.Encoding.Value(told["encoding"].upper())
    return made


rows = []
for row in json.load(open(sys.argv[1], encoding="utf-8")):
    told = json.loads(row["json"])
    fields, made = packed(row, told), message(row, told)
    found = msgpack.unpackb(bytes.fromhex(row["msgpack"]), strict_map_key=False)
    if found != fields:
        sys.exit(f"msgpack reads {row['name']} as {found}")
    read = polyphon_pb2.Envelope.FromString(bytes.fromhex(row["protobuf"]))
    if read != made:
        sys.exit(f"protobuf reads {row['name']} as {read}")
    for codec, encoder, data in [
        ("msgpack", "python msgpack", msgpack.packb(fields)),
        ("protobuf", "python protobuf", made.SerializeToString(deterministic=True)),
    ]:
        rows.append({"name": row["name"], "codec": codec, "encoder": encoder, "bytes": data.hex()})
print(json.dumps(rows))
