import {
  status as grpcStatus,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { parse, type Root } from 'protobufjs';
import { FileDescriptors, type DescribedFile } from './file-descriptors.js';
import type { Gate } from './handle-call.js';
import { checkKey } from './handle-call.js';
import { statusOf } from './status.js';

export interface ReflectionService {
  readonly definition: ServiceDefinition;
  readonly calls: UntypedServiceImplementation;
}

const versions = ['grpc.reflection.v1', 'grpc.reflection.v1alpha'];
/** Questions answered on one stream; a client that wants more opens another. */
const mostQuestions = 10_000;

/** gRPC server reflection, by which tools such as grpcurl learn what a server serves. */
export function reflectionServices(
  root: Root,
  services: readonly string[],
  gate: Gate,
): readonly ReflectionService[] {
  let files: FileDescriptors | undefined;
  const answer = (question: Question) =>
    answerTo(question, services, (files ??= new FileDescriptors(root, services)));
  return versions.map((version) => {
    const messages = parse(reflectionProto(version)).root;
    const request = messages.lookupType(`${version}.ServerReflectionRequest`);
    const response = messages.lookupType(`${version}.ServerReflectionResponse`);
    const definition = {
      ServerReflectionInfo: {
        path: `/${version}.ServerReflection/ServerReflectionInfo`,
        requestStream: true,
        responseStream: true,
        requestSerialize: (value: object) => Buffer.from(request.encode(value).finish()),
        requestDeserialize: (bytes: Buffer) => request.decode(bytes),
        responseSerialize: (value: object) => Buffer.from(response.encode(value).finish()),
        responseDeserialize: (bytes: Buffer) => response.decode(bytes),
      },
    } as ServiceDefinition;
    return { definition, calls: { ServerReflectionInfo: serve(answer, gate) } };
  });
}

interface Question {
  readonly host?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
  readonly listServices?: string;
}

function serve(answer: (question: Question) => object, gate: Gate) {
  return (stream: ServerDuplexStream<Question, object>): void => {
    try {
      checkKey(stream, gate);
    } catch (error) {
      stream.emit('error', statusOf(gate.root, error));
      return;
    }
    let questions = 0;
    const close = () => stream.end();
    gate.closing.addEventListener('abort', close, { once: true });
    stream.on('data', (question: Question) => {
      if (++questions > mostQuestions) return stream.end();
      stream.write({ ...answer(question), validHost: question.host ?? '', originalRequest: question });
    });
    stream.on('error', () => undefined);
    stream.on('end', () => {
      gate.closing.removeEventListener('abort', close);
      stream.end();
    });
  };
}

function answerTo(question: Question, services: readonly string[], files: FileDescriptors): object {
  if (question.listServices !== undefined && question.listServices !== '') {
    return { listServicesResponse: { service: services.map((name) => ({ name })) } };
  }
  const { fileByFilename, fileContainingSymbol } = question;
  const file = fileByFilename ? files.named(fileByFilename) : files.containing(fileContainingSymbol ?? '');
  if (!file) {
    const wanted = fileByFilename || fileContainingSymbol || 'the question';
    return {
      errorResponse: { errorCode: grpcStatus.NOT_FOUND, errorMessage: `${wanted} is not known here` },
    };
  }
  return { fileDescriptorResponse: { fileDescriptorProto: withDependencies(file, files) } };
}

/** The file and all that it needs, so that a client does not ask for each. */
function withDependencies(file: DescribedFile, files: FileDescriptors): readonly Uint8Array[] {
  const found = new Map([[file.name, file]]);
  for (const { dependencies } of found.values()) {
    for (const name of dependencies) if (!found.has(name)) found.set(name, files.named(name)!);
  }
  return [...found.values()].map(({ bytes }) => bytes);
}

/** The published protocol, without extensions, of which Temporal's API has none. */
function reflectionProto(version: string): string {
  return `syntax = "proto3";
    package ${version};
    message ServerReflectionRequest {
      string host = 1;
      oneof message_request {
        string file_by_filename = 3;
        string file_containing_symbol = 4;
        string list_services = 7;
      }
    }
    message ServerReflectionResponse {
      string valid_host = 1;
      ServerReflectionRequest original_request = 2;
      oneof message_response {
        FileDescriptorResponse file_descriptor_response = 4;
        ListServiceResponse list_services_response = 6;
        ErrorResponse error_response = 7;
      }
    }
    message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
    message ListServiceResponse { repeated ServiceResponse service = 1; }
    message ServiceResponse { string name = 1; }
    message ErrorResponse { int32 error_code = 1; string error_message = 2; }`;
}
