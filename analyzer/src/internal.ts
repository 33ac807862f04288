export { catalogue } from './catalog/index.js';
