import type { Duplex } from "node:stream";

const longestFrameBytes = 32 * 1024;

/** Reads the header of a frame (RFC 6455, section 5.2) when it is all there. */
function readHeader(bytes: Buffer): { headerBytes: number; payloadBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const extension = short === 127 ? 8 : short === 126 ? 2 : 0;
  const mask = (bytes.readUInt8(1) & 0x80) === 0 ? 0 : 4;
  if (bytes.length < 2 + extension) return undefined;
  const long =
    extension === 8 ? Number(bytes.readBigUInt64BE(2)) : bytes.readUInt16BE(2 * Number(extension === 2));
  return { headerBytes: 2 + extension + mask, payloadBytes: extension === 0 ? short : long };
}

/**
 * Calls `onTooLong` once when a client sends a frame over 32 KB: `ws` knows a limit of whole messages only.
 * @param head what was read of the socket with the request
 */
export function watchFrames(socket: Duplex, head: Buffer, onTooLong: () => void): void {
  let header = Buffer.alloc(0);
  let skip = 0;
  const read = (chunk: Buffer): void => {
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(skip, rest.length);
      skip -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) return;
      header = Buffer.concat([header, rest]);
      const frame = readHeader(header);
      if (frame === undefined) return;
      if (frame.payloadBytes > longestFrameBytes) {
        socket.off("data", read);
        onTooLong();
        return;
      }
      rest = header;
      skip = frame.headerBytes + frame.payloadBytes;
      header = Buffer.alloc(0);
    }
  };
  read(head);
  socket.on("data", read);
}
