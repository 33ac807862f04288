/**
 * Well-known npm packages, for projects whose dependencies are not installed or cannot be read; where
 * a package's own JavaScript can be read, that decides.
 */

import { effects, methods, optionIs, values, when } from './build.js';
import type { ShapeTable } from './build.js';
import { randomPackages, randomTypes } from './random-packages.js';
import { schemaPackages, schemaTypes } from './schema-packages.js';
import { statePackages, stateTypes } from './state-packages.js';
import { timePackages, timeTypes } from './time-packages.js';
import type { Effect, ModuleShape, Shape, TypeShape } from './types.js';

const IO_ADVICE = 'Do it in a step or an activity, so that its result is recorded.';

type PackageTable = Readonly<Record<string, ModuleShape>>;

function packagesOf(names: string, module: ModuleShape): PackageTable {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, module]));
}

const pure: Shape = { type: 'data', call: { returns: 'data' }, construct: { returns: 'data' } };
/** Also what it gives has but pure methods, of whatever name (`z.string().optional()`). */
const wholePure: Shape = {
  type: 'vetted',
  call: { returns: 'vetted' },
  construct: { returns: 'vetted' },
};

/** A client: making one does nothing yet; each call of its methods, or of itself, talks to the outside. */
const client: Shape = {
  type: 'IoClient',
  call: { returns: 'IoClient' },
  construct: { returns: 'IoClient' },
  advice: IO_ADVICE,
};

/** Asks a model, unless an engine's middleware (or the engine's own model) records what it answers. */
const generate: Shape = {
  call: {
    effect: [
      {
        when: {
          type: 'any',
          of: [
            { type: 'option-type', argument: 0, path: ['model'], is: 'DurableModel' },
            { type: 'option-type', argument: 0, path: ['model', 'middleware'], is: 'DurableModel' },
            // Wrapped, it asks the model that it was made with.
            { type: 'option-type', argument: 0, path: ['model', 'model'], is: 'DurableModel' },
            { type: 'option-steps', argument: 0, path: ['model', 'middleware', 'wrapGenerate'] },
            { type: 'option-steps', argument: 0, path: ['model', 'middleware', 'wrapStream'] },
            { type: 'global-is-command', name: 'fetch' },
          ],
        },
        effect: 'deterministic',
      },
      { effect: 'io' },
    ],
    returns: 'Promise<data>',
    callbacks: [{ at: { argument: 0, path: ['tools', '*', 'execute'] }, mode: 'run' }],
  },
  advice: IO_ADVICE,
};
const asGiven: Shape = { call: { returns: 'argument:0', callbacks: 'ignored' } };
const wrapped: Shape = {
  call: {
    returns: 'argument:0',
    callbacks: [['middleware'], ['middleware', '*']].flatMap((path) =>
      ['wrapGenerate', 'wrapStream'].map((name) => ({
        at: { argument: 0, path: [...path, name] },
        mode: 'run' as const,
        params: ['vetted'],
      })),
    ),
  },
};

const aiSdk: ModuleShape = {
  decides: 'always',
  exports: {
    '*': pure,
    tool: asGiven,
    dynamicTool: asGiven,
    wrapLanguageModel: wrapped,
    generateText: generate,
    streamText: generate,
    generateObject: generate,
    streamObject: generate,
    ...effects('io', { data: 'embed embedMany generateImage experimental_generateImage' }, IO_ADVICE),
  },
};

const request: Shape = {
  call: { effect: 'io', returns: 'data' },
  construct: { returns: 'IoClient' },
  type: 'IoClient',
  members: {
    create: { call: { returns: 'IoClient' } },
    extend: { call: { returns: 'IoClient' } },
    defaults: { type: 'data' },
    isAxiosError: { call: { returns: 'boolean' } },
    isCancel: { call: { returns: 'boolean' } },
  },
  advice: IO_ADVICE,
};

/** Opens a connection at once. */
const connection: Shape = {
  call: { effect: 'io', returns: 'IoClient' },
  construct: { effect: 'io', returns: 'IoClient' },
  type: 'IoClient',
  advice: IO_ADVICE,
};

const clients: ModuleShape = { exports: { '*': client, connect: connection } };
const connections: ModuleShape = { exports: { '*': connection } };

/** Methods that give a more specific client and talk to nobody yet: `storage.bucket('b').file('f')`. */
const CLIENT_BUILDERS =
  'from fromConnectionString fromJson fromEnv init initializeApp createClient createPool createSender createReceiver ' +
  'getContainerClient getBlobClient getBlockBlobClient getAppendBlobClient getPageBlobClient getQueueClient getTableClient ' +
  'getShareClient getFirestore getStorage getAuth getMessaging firestore storage auth messaging ' +
  'db collection database container item bucket file topic subscription doc ref child model schema table withConverter Schema';
const requests: ModuleShape = { exports: { '*': request } };

function wholly(effect: Effect, except: ShapeTable = {}): ModuleShape {
  return {
    exports: {
      '*': { call: { effect, returns: 'data' }, construct: { effect, returns: 'data' } },
      ...except,
    },
  };
}

const purely: ModuleShape = { decides: 'large', exports: { '*': wholePure } };
/** Delays, intervals, and schedules from now on are among what these offer. */
const mostlyPure: ModuleShape = { decides: 'missing', exports: { '*': pure } };
const jsonPath: Shape = {
  type: 'data',
  call: { effect: when(optionIs(0, 'eval', 'native'), 'dynamic-code'), returns: 'data' },
  construct: { effect: when(optionIs(0, 'eval', 'native'), 'dynamic-code'), returns: 'data' },
};
/** What they do with values the graph knows by their names. */
const compilerHelpers: ModuleShape = { decides: 'always', exports: { '*': { call: { returns: 'data' } } } };
/** What loggers find out about their host goes into the log. */
const logs: ModuleShape = { decides: 'always', exports: { '*': wholePure } };
/** Models are made without asking them anything. */
const models: ModuleShape = { exports: { '*': wholePure } };
const jwt: ShapeTable = {
  ...effects('wall-clock', { string: 'sign', data: 'verify' }),
  ...methods({ data: 'decode' }),
  '*': pure,
};

export const packages: PackageTable = {
  ...timePackages,
  ...randomPackages,
  ...statePackages,
  ...schemaPackages,
  jsonwebtoken: { exports: jwt },
  ...packagesOf(
    'axios got ky node-fetch cross-fetch isomorphic-fetch undici superagent request request-promise needle ofetch ' +
      'graphql-request make-fetch-happen wretch phin bent',
    requests,
  ),
  ...packagesOf(
    'pg pg-promise mysql mysql2 mysql2/promise mongodb mongoose redis ioredis knex @prisma/client typeorm sequelize ' +
      'better-sqlite3 sqlite3 kysely postgres @supabase/supabase-js firebase-admin @planetscale/database ' +
      '@neondatabase/serverless @elastic/elasticsearch cassandra-driver neo4j-driver mssql oracledb tedious ' +
      'drizzle-orm/node-postgres drizzle-orm/postgres-js drizzle-orm/mysql2 drizzle-orm/better-sqlite3 drizzle-orm/d1 ' +
      'drizzle-orm/libsql drizzle-orm/neon-http @libsql/client @upstash/redis @vercel/kv @vercel/postgres @vercel/blob ' +
      'memcached etcd3',
    clients,
  ),
  ...packagesOf(
    'aws-sdk @aws-sdk/client-s3 @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb @aws-sdk/client-sqs @aws-sdk/client-sns ' +
      '@aws-sdk/client-ses @aws-sdk/client-sesv2 @aws-sdk/client-lambda @aws-sdk/client-secrets-manager @aws-sdk/client-ssm ' +
      '@aws-sdk/client-eventbridge @aws-sdk/client-sfn @aws-sdk/client-bedrock-runtime @aws-sdk/client-cloudwatch ' +
      '@google-cloud/storage @google-cloud/pubsub @google-cloud/firestore @google-cloud/bigquery @azure/storage-blob ' +
      '@azure/service-bus @azure/cosmos @azure/identity googleapis',
    clients,
  ),
  ...packagesOf(
    'openai @anthropic-ai/sdk @google/generative-ai stripe twilio @sendgrid/mail nodemailer resend @slack/web-api @slack/webhook ' +
      'octokit @octokit/rest @octokit/core @octokit/graphql postmark mailgun.js plaid @paypal/checkout-server-sdk kafkajs amqplib ' +
      'bullmq bull mqtt nats @grpc/grpc-js puppeteer playwright discord.js telegraf algoliasearch ' +
      'contentful @notionhq/client @sentry/node posthog-node @segment/analytics-node cohere-ai replicate',
    clients,
  ),
  ...packagesOf('ws socket.io-client isomorphic-ws reconnecting-websocket', connections),
  ai: aiSdk,
  ...packagesOf(
    '@ai-sdk/openai @ai-sdk/anthropic @ai-sdk/google @ai-sdk/google-vertex @ai-sdk/azure @ai-sdk/amazon-bedrock @ai-sdk/mistral ' +
      '@ai-sdk/groq @ai-sdk/xai @ai-sdk/cohere @ai-sdk/deepseek @ai-sdk/gateway @ai-sdk/openai-compatible @openrouter/ai-sdk-provider ' +
      'workers-ai-provider ollama-ai-provider',
    models,
  ),
  ...packagesOf(
    'fs-extra graceful-fs glob globby fast-glob rimraf mkdirp execa shelljs chokidar tmp cross-spawn',
    wholly('io'),
  ),
  dotenv: {
    exports: {
      ...effects('environment', { data: 'config configDotenv populate' }),
      ...methods({ data: 'parse decrypt' }),
    },
  },
  'dotenv/config': { exports: {}, load: 'environment' },
  ...packagesOf('delay p-timeout p-throttle p-debounce p-wait-for', wholly('native-timer')),
  ...packagesOf('node-cron cron node-schedule', wholly('native-timer')),
  ...packagesOf('piscina workerpool tinypool threads', wholly('host-concurrency')),
  ...packagesOf('vm2 isolated-vm safe-eval', wholly('dynamic-code')),
  ...packagesOf(
    'ajv superjson io-ts runtypes arktype class-validator class-transformer ' +
      'immer immutable ms bytes semver decimal.js-light big.js bn.js ' +
      'fast-deep-equal deep-equal dequal p-limit p-map p-all p-props ts-pattern neverthrow ts-results type-fest ' +
      'json-stable-stringify fast-json-stable-stringify qs query-string js-yaml yaml csv-parse/sync csv-stringify/sync ' +
      'slugify camelcase pluralize hash-sum md5 js-sha256 papaparse ' +
      'dedent common-tags escape-html he entities marked semver-compare mitt ' +
      'drizzle-orm drizzle-orm/pg-core drizzle-orm/mysql-core drizzle-orm/sqlite-core drizzle-zod @ai-sdk/provider ' +
      'eventemitter3 deepmerge klona rfdc clone http-status-codes',
    purely,
  ),
  'fp-ts': mostlyPure,
  // It asks the host which algorithms it has, to say that one is missing.
  // Whatever filters of a path compute is computed by an interpreter of its own, unless that of the host is asked for.
  'jsonpath-plus': { decides: 'published', exports: { '*': jsonPath } },
  'object-hash': { decides: 'published', exports: { '*': pure, default: pure } },
  tslib: compilerHelpers,
  ...packagesOf(
    'pino winston bunyan loglevel consola debug @opentelemetry/api color picocolors chalk http-errors',
    logs,
  ),
};

export const packageTypes: Readonly<Record<string, TypeShape>> = {
  // What tslib gives to the body of a compiled generator.
  GeneratorRun: {
    extends: 'Object',
    members: { ...methods({ data: 'sent' }), ...values({ number: 'label', data: 'trys ops' }) },
  },
  IoClient: {
    extends: 'Object',
    members: {
      ...Object.fromEntries(CLIENT_BUILDERS.split(' ').map((name) => [name, client])),
      // Queries may be asked by awaiting them, which compiled code does by `then`: making them was reported.
      ...methods({ vetted: 'then catch finally' }),
      // It was reported: what is called on what it gives (`db.select().from(…)`) says nothing new.
      '*': {
        type: 'IoClient',
        call: { effect: 'io', returns: 'vetted' },
        construct: { returns: 'IoClient' },
      },
    },
    call: { effect: 'io', returns: 'vetted' },
  },
  ...timeTypes,
  ...randomTypes,
  ...stateTypes,
  ...schemaTypes,
};
