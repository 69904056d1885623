import { expect, test } from 'vitest'
import { render } from 'vitest-browser-svelte'
import FormattedText from './FormattedText.svelte'

async function linkTo(url: string): Promise<Element> {
  const props = { text: 'here', entities: [{ s: 0, n: 4, k: { link: { url } } }] }
  return (await render(FormattedText, { props })).getByRole('link').element()
}

test('a link to a place of this server is one of the app', async () => {
  const link = await linkTo(`${location.origin}/i/aZ09_-#kEy_-`)
  expect(link.getAttribute('href')).toBe('/i/aZ09_-#kEy_-')
  expect(link.hasAttribute('target')).toBe(false)
})

test.each([`https://elsewhere.example/i/aZ09_-#kEy_-`, `${location.origin}/no/such/place`])(
  'a link elsewhere opens a tab of its own: %s',
  async (url) => {
    const link = await linkTo(url)
    expect(link.getAttribute('href')).toBe(url)
    expect(link.getAttribute('target')).toBe('_blank')
    expect(link.getAttribute('rel')).toContain('noopener')
  },
)
