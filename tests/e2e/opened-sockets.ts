/** Every WebSocket that this test file has opened, for cutting them. */
export const sockets: WebSocket[] = [];

const RealWebSocket = globalThis.WebSocket;
globalThis.WebSocket = class extends RealWebSocket {
  constructor(...where: ConstructorParameters<typeof RealWebSocket>) {
    super(...where);
    sockets.push(this);
  }
};
