export { plugin, plugin as default, type RefrainPlugin } from './plugin.js';
export type { PluginSettings } from './settings.js';
