import * as restate from '@restatedev/restate-sdk';
import { signup } from './signup.js';

await restate.serve({ services: [signup], port: 9080 });
