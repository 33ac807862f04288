import type { OutgoingMessage, UpdateRequestMessage } from '../core/step.js';
import type { ProtocolMessage } from '../service/api/common.js';

/** The requests among a task's messages. */
export function updateRequests(messages: readonly ProtocolMessage[]): UpdateRequestMessage[] {
  const requests: UpdateRequestMessage[] = [];
  for (const { id, protocolInstanceId, eventId, body } of messages) {
    if (body.type !== 'temporal.api.update.v1.Request') continue;
    const { type: _type, ...request } = body;
    requests.push({ id, protocolInstanceId, sequencingEventId: eventId ?? 0, request });
  }
  return requests;
}

export function toProtocolMessage({ id, protocolInstanceId, body }: OutgoingMessage): ProtocolMessage {
  switch (body.type) {
    case 'acceptance': {
      const { type: _type, ...rest } = body;
      return { id, protocolInstanceId, body: { type: 'temporal.api.update.v1.Acceptance', ...rest } };
    }
    case 'rejection': {
      const { type: _type, ...rest } = body;
      return { id, protocolInstanceId, body: { type: 'temporal.api.update.v1.Rejection', ...rest } };
    }
    case 'response':
      return {
        id,
        protocolInstanceId,
        body: {
          type: 'temporal.api.update.v1.Response',
          meta: { updateId: body.updateId },
          outcome: body.outcome,
        },
      };
  }
}
