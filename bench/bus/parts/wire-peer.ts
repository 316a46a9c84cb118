// What is used of the NATS client, and what both sides of the bench agree on.

export const SUBJECT = "echo.ask";

interface NatsMessage {
  readonly data: Uint8Array;
  respond(data: Uint8Array): boolean;
}
export interface NatsConnection {
  request(subject: string, data: string, options: { timeout: number }): Promise<NatsMessage>;
  subscribe(subject: string, options: { callback: (error: Error | null, message: NatsMessage) => void }): unknown;
  flush(): Promise<void>;
  close(): Promise<void>;
}
export interface Nats {
  connect(options: { servers: string }): Promise<NatsConnection>;
}
