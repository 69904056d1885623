import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import { tiers } from './build/tiers.js'
import svelteConfig from './svelte.config.js'

export default defineConfig(
  {
    ignores: ['dist/', 'dist-gallery/', 'src/i18n/gen/', 'src/engine/*.gen.ts', 'src/engine/wasm/'],
  },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    // The linter does not know the types of other components; svelte-check does, and checks them.
    files: ['**/*.svelte', '**/*.svelte.test.ts'],
    rules: {
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src/**'],
    plugins: { beseda: { rules: { tiers } } },
    rules: { 'beseda/tiers': 'error' },
  },
  {
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      'svelte/require-each-key': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/prefer-svelte-reactivity': 'error',
      'svelte/button-has-type': 'error',
      // The content security policy has no 'unsafe-inline'; `style:name={value}` goes through the CSSOM and is fine.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteElement[kind="html"] > SvelteStartTag > SvelteAttribute[key.name="style"]',
          message: 'The content security policy forbids style attributes: use style:property={value}.',
        },
        { selector: 'SvelteHTMLTag', message: 'Text of others never becomes markup.' },
      ],
    },
  },
  {
    files: ['src/i18n/words.svelte.ts', 'src/engine/**'],
    rules: { '@typescript-eslint/consistent-type-assertions': 'off' },
  },
  {
    files: ['build/**', 'bench/*.js', 'public/**', '*.config.js', '*.config.ts', 'e2e/**'],
    languageOptions: { globals: { ...globals.node } },
    rules: {
      'no-console': 'off',
      '@typescript-eslint/consistent-type-assertions': 'off',
      // A cast in a comment is not seen by the rule.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
)
