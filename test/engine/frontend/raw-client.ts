import { Client, credentials, Metadata, status, type ClientOptions } from '@grpc/grpc-js';
import { apiRoot } from '@refrain/engine/internal';

/** How a call ended: the name of its status, and the bytes of the answer. */
export interface RawAnswer {
  readonly status: string;
  readonly message: string;
  readonly bytes: Buffer;
}

/** A gRPC client that sends any bytes to any method. */
export class RawClient {
  readonly client: Client;
  readonly #metadata = new Metadata();

  constructor(address: string, metadata: Readonly<Record<string, string>> = {}, options: ClientOptions = {}) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      ...options,
    });
    for (const [key, value] of Object.entries(metadata)) this.#metadata.set(key, value);
  }

  send(path: string, bytes: Buffer, timeoutMs = 5_000): Promise<RawAnswer> {
    return new Promise((resolve) => {
      const asIs = (value: Buffer) => value;
      const deadline = Date.now() + timeoutMs;
      this.client.makeUnaryRequest(path, asIs, asIs, bytes, this.#metadata, { deadline }, (error, answer) =>
        resolve({
          status: status[error?.code ?? 0] ?? 'UNKNOWN',
          message: error?.details ?? '',
          bytes: answer ?? Buffer.alloc(0),
        }),
      );
    });
  }

  /** Calls a method of a service of Temporal's API with a message as protobuf.js takes it. */
  async call(
    service: string,
    method: string,
    message: object,
    timeoutMs?: number,
  ): Promise<{ status: string; answer: unknown }> {
    const { requestType, responseType } = apiRoot().lookupService(service).methods[method]!;
    const request = apiRoot().lookupType(requestType);
    const bytes = Buffer.from(request.encode(request.fromObject(message)).finish());
    const { bytes: answered, status: name } = await this.send(`/${service}/${method}`, bytes, timeoutMs);
    const response = apiRoot().lookupType(responseType);
    return {
      status: name,
      answer: response.toObject(response.decode(answered), { enums: String, longs: Number }),
    };
  }

  close(): void {
    this.client.close();
  }
}
