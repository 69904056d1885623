import { expect, test } from 'vitest'
import { readVcards } from './vcard'

const file = (...lines: string[]) => lines.join('\r\n')

test('names and handles are read', () => {
  expect(
    readVcards(
      file(
        'BEGIN:VCARD',
        'VERSION:4.0',
        'item1.FN;CHARSET=UTF-8:Мария Петрова',
        'N:Петрова;Мария;;;',
        'NICKNAME:maria_spb,Маша',
        'IMPP:beseda:masha',
        'END:VCARD',
        'BEGIN:VCARD',
        'VERSION:3.0',
        'N:O\\;Neil;Anna;;;',
        'END:VCARD',
      ),
    ),
  ).toEqual([
    { name: 'Мария Петрова', usernames: ['maria_spb', 'masha'] },
    { name: 'Anna O;Neil', usernames: [] },
  ])
})

test('an old phone writes quoted-printable, folded', () => {
  expect(
    readVcards(
      file(
        'BEGIN:VCARD',
        'VERSION:2.1',
        'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9C=D0=B0=',
        '=D1=88=D0=B0',
        'END:VCARD',
      ),
    ),
  ).toEqual([{ name: 'Маша', usernames: [] }])
})

test('a long line goes on after a space', () => {
  expect(readVcards(file('BEGIN:VCARD', 'FN:Anna Mar', ' ia', 'END:VCARD'))).toEqual([
    { name: 'Anna Maria', usernames: [] },
  ])
})

test.each(['', 'hello', 'BEGIN:VCARD\nTEL:1\nEND:VCARD', 'BEGIN:VCARD\nFN:cut off'])(
  '%j has no contacts',
  (text) => {
    expect(readVcards(text)).toEqual([])
  },
)
