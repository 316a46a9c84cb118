import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { Archive } from "../store.ts";
import type { PackedArchive } from "./archives.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Compresses on the thread pool of Node: neither the caller's thread nor an append waits for it. */
export async function packArchive({ bytes, ...entry }: Archive): Promise<PackedArchive> {
  return { ...entry, deflated: new Uint8Array(await deflate(bytes)) };
}

export async function unpackArchive({ deflated, ...entry }: PackedArchive): Promise<Archive> {
  return { ...entry, bytes: new Uint8Array(await inflate(deflated)) };
}
