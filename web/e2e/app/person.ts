import {
  expect,
  type Browser,
  type BrowserContext,
  type FileChooser,
  type Locator,
  type Page,
} from '@playwright/test'

export interface Looks {
  readonly locale: 'en' | 'ru'
  readonly scheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
}

const DESKTOP: Looks = { locale: 'en', scheme: 'light', width: 1280, height: 800 }
/** What differs most from it. */
export const PHONE: Looks = { locale: 'ru', scheme: 'dark', width: 360, height: 740 }

/** What can be chosen where the browser asks for files. */
type Files = Parameters<FileChooser['setFiles']>[0]

/** What people see written on what the stories press again and again. */
const WORDS = {
  en: {
    username: 'Username',
    password: 'Password',
    create: 'Create',
    later: 'I’ll do it later',
    name: 'Your name',
    done: 'Done',
    find: 'Find by name',
    request: 'Wants to write to you',
    accept: 'Accept',
    message: 'Message',
    conversations: 'Conversations',
    attach: 'Attach',
    photos: 'Photos and videos',
    files: 'Files',
    place: 'Place',
    contact: 'Contact',
    circle: 'Video message',
    drive: 'From a cloud drive',
  },
  ru: {
    username: 'Имя пользователя',
    password: 'Пароль',
    create: 'Создать',
    later: 'Позже',
    name: 'Ваше имя',
    done: 'Готово',
    find: 'Найти по имени',
    request: 'Хочет вам написать',
    accept: 'Принять',
    message: 'Сообщение',
    conversations: 'Беседы',
    attach: 'Прикрепить',
    photos: 'Фото и видео',
    files: 'Файлы',
    place: 'Место',
    contact: 'Контакт',
    circle: 'Видеосообщение',
    drive: 'С облачного диска',
  },
} as const

/** Somebody with a browser. What they do here, most stories begin with; what a story is about, it does by itself. */
export class Person {
  readonly page: Page
  readonly context: BrowserContext
  username = ''
  readonly #url: string
  readonly #locale: Looks['locale']
  readonly #words: (typeof WORDS)[Looks['locale']]
  readonly #complaints: string[] = []

  private constructor(context: BrowserContext, page: Page, url: string, locale: Looks['locale']) {
    this.context = context
    this.page = page
    this.#url = url
    this.#locale = locale
    this.#words = WORDS[locale]
    page.on('pageerror', (error) => this.#complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'warning') this.#complaints.push(message.text())
    })
  }

  static async arrives(
    browser: Pick<Browser, 'newContext'>,
    url: string,
    looks: Partial<Looks> = {},
  ): Promise<Person> {
    const { locale, scheme, width, height } = { ...DESKTOP, ...looks }
    const context = await browser.newContext({
      locale,
      colorScheme: scheme,
      viewport: { width, height },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    return new Person(context, await context.newPage(), url, locale)
  }

  /** Nothing may have gone wrong behind the scenes. */
  async leaves(): Promise<void> {
    await this.context.close()
    expect(this.#complaints).toEqual([])
  }

  async opens(path = ''): Promise<void> {
    await this.page.goto(this.#url + path)
  }

  /** Goes there without loading the page anew. */
  async moves(path: string): Promise<void> {
    await this.page.evaluate((path) => {
      history.pushState(null, '', `/${path}`)
      window.dispatchEvent(new PopStateEvent('popstate'))
    }, path)
  }

  async signsUp(username: string, name: string): Promise<void> {
    const { page } = this
    this.username = username
    await this.opens('join/username')
    await page.getByLabel(this.#words.username).fill(username)
    await page.getByLabel(this.#words.password, { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: this.#words.create }).click()
    await page.getByRole('button', { name: this.#words.later }).click()
    await page.getByLabel(this.#words.name).fill(name)
    await page.getByRole('button', { name: this.#words.done }).click()
    await expect(page).toHaveURL(this.#url)
  }

  /** Opens a conversation with somebody who has never heard of them, and says something. */
  async addresses(username: string, text: string): Promise<void> {
    const { page } = this
    await this.opens('new')
    await page.getByRole('searchbox', { name: this.#words.find }).fill(username)
    await page.getByRole('button', { name: `@${username}` }).click()
    await this.composer.fill(text)
    await this.composer.press('Enter')
    await expect(this.message(text)).toBeVisible()
  }

  /** Opens the only request: whether the name is known by now depends on what came first. */
  async opensRequest(): Promise<void> {
    await this.goesTo(this.#words.request)
  }

  /** Accepts the request that is open. */
  async accepts(): Promise<void> {
    await this.page.getByRole('button', { name: this.#words.accept, exact: true }).click()
    await expect(this.composer).toBeVisible()
  }

  /** Opens a conversation from the list. */
  async goesTo(name: string): Promise<void> {
    await this.row(name).click()
  }

  /** Presses the Back button of the phone or the browser, which the page may answer by itself. */
  async pressesBack(): Promise<void> {
    const browser = await this.context.newCDPSession(this.page)
    const { currentIndex, entries } = await browser.send('Page.getNavigationHistory')
    const before = entries[currentIndex - 1]
    if (!before) throw new Error('there is nothing behind this page')
    await browser.send('Page.navigateToHistoryEntry', { entryId: before.id })
    await browser.detach()
  }

  async says(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
    await expect(this.composer).toHaveValue('')
  }

  /** Presses an entry of the menu of what can be attached. */
  async attaches(what: 'photos' | 'files' | 'place' | 'contact' | 'circle' | 'drive'): Promise<void> {
    await this.page.getByRole('button', { name: this.#words.attach, exact: true }).click()
    await this.page.getByRole('menuitem', { name: this.#words[what], exact: true }).click()
  }

  /** Attaches files of their own. */
  async attachesFiles(what: 'photos' | 'files', files: Files): Promise<void> {
    await this.chooses(() => this.attaches(what), files)
  }

  /** Chooses files where `press` makes the browser ask for some. */
  async chooses(press: () => Promise<void>, files: Files): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), press()])
    await chooser.setFiles(files)
  }

  /** The same person in one more tab, at the same place. */
  async inAnotherTab(): Promise<Person> {
    const tab = new Person(this.context, await this.context.newPage(), this.#url, this.#locale)
    await tab.page.goto(this.page.url())
    return tab
  }

  /** From now on time passes as the story wants it: {@link passes}. The page must not be loaded anew after it. */
  async setsTheClock(): Promise<void> {
    await this.page.clock.install()
  }

  /** Time passes for the page and for the engine, which lives in a worker. */
  async passes(millis: number): Promise<void> {
    for (const worker of this.page.workers()) {
      await worker.evaluate((millis) => {
        const now = Date.now.bind(Date)
        Date.now = () => now() + millis
      }, millis)
    }
    await this.page.clock.fastForward(millis)
    // Whoever looks at the page again sees it as of now.
    await this.page.evaluate(() => window.dispatchEvent(new Event('online')))
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: this.#words.message, exact: true })
  }

  /** A conversation in the list. */
  row(name: string): Locator {
    return this.page.getByRole('region', { name: this.#words.conversations }).getByRole('link', { name })
  }

  /** What stands over the open conversation, and leads to what is known of it. */
  head(name: string): Locator {
    return this.page.getByRole('link').filter({ has: this.page.getByRole('heading', { name }) })
  }

  /** Messages in the open conversation that hold some text. */
  message(text: string): Locator {
    return this.page.getByRole('article').filter({ hasText: text })
  }
}

/** Two people find each other; both have the conversation open then. */
export async function befriend(one: Person, other: Person): Promise<void> {
  await one.addresses(other.username, 'Hello!')
  await other.opensRequest()
  await other.accepts()
  await other.says('Hi!')
  await expect(one.message('Hi!')).toBeVisible()
}

/** The picture in some place. Until it is drawn, a blurred one lies there, too. */
export const picture = (place: Locator): Locator => place.locator('img[src^="blob:"]')
