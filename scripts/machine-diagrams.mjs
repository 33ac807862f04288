import { definitionOf, machineKinds } from '@refrain/engine/internal';

/** The page with a diagram for each machine of the core. */
export function machineDiagrams() {
  const sections = machineKinds.map((kind) => section(definitionOf(kind).table));
  return `# The machines of the core

Generated from the transition tables by \`node scripts/generate-machine-diagrams.mjs\`. An arrow's label is the input (an
event's type, or what the code asks for) and, behind a slash, the effects. What has no arrow is impossible: the core
reports it as nondeterminism.

${sections.join('\n')}`;
}

function section({ name, initial, final, rows }) {
  const lines = [
    ...initial.map((state) => `  [*] --> ${state}`),
    ...rows.map(([from, input, to, ...effects]) => {
      const label = effects.length > 0 ? `${input} / ${effects.join(', ')}` : input;
      return `  ${from} --> ${to}: ${label}`;
    }),
    ...final.map((state) => `  ${state} --> [*]`),
  ];
  return `## ${name}\n\n\`\`\`mermaid\nstateDiagram-v2\n${lines.join('\n')}\n\`\`\`\n`;
}
