import { didYouMean, some } from '../../suggest.ts';
import { defineFamily } from '../rule.ts';

/** Classes every configuration answers to: what it does not map goes to its default model. */
const BUILT_IN = ['none', 'light', 'standard', 'strong'];

export const models = defineFamily({
  rules: [
    {
      id: 'model/unknown-class',
      severity: 'warning',
      finds: 'a `model_class` that config does not map to a model',
      why: 'The phase falls back to the default model, which is hardly what was meant.',
      fix: 'Use `light`, `standard` or `strong`, or add the class to `classes` in reyn.yaml.',
    },
  ],
  *check({ env, map }) {
    if (env.modelClasses === undefined) return;
    const known = [...new Set([...BUILT_IN, ...env.modelClasses])];
    for (const { name, modelClass } of map.phases) {
      if (known.includes(modelClass)) continue;
      yield {
        rule: 'model/unknown-class',
        place: map.phasePlace(name, 'model_class'),
        message: `config maps no model class "${modelClass}"${didYouMean(modelClass, known)}`,
        fix: `Use one of ${some(known)}, or add "${modelClass}" to \`classes\` in reyn.yaml.`,
      };
    }
  },
});
