/**
 * Writes the cases of the example `support_reply`: messages of customers, each with what the answer has to hold. They are
 * made of sentences by a seeded draw, so that the same file comes out on every machine.
 *
 *   node scripts/support-cases.ts
 */
import fs from 'node:fs';
import { readWorld } from '../src/os/models/world/read-world.ts';
import { pickSome, type Stream, stream } from '../src/os/models/world/stream.ts';

const DIR = 'reyn/project/support_reply/evals';
const COUNT = 100;
/** Every so many cases one is about nothing but danger: whoever gets that wrong is never promoted. */
const EVERY_DANGER = 10;
/** How many things a customer writes about. */
const TOPICS_OF_ONE = [1, 2, 2, 3];

const PRODUCTS = [
  ...['headlight Aurora 40', 'tail light Ember', 'helmet lamp Kestrel', 'dynamo light Meridian', 'set Night Rider'],
  ...['spoke reflectors', 'camping lamp Firefly', 'battery pack Volt 2', 'light Lumo Mini', 'brake light Signal'],
  ...['handle lamp Polaris', 'trailer light Beacon', 'charger Quick 5', 'rear radar Echo', 'basket light Glow'],
];
const NAMES = [
  ...['Ines', 'Tom', 'Mrs Okafor', 'Jonas Weber', 'Priya', 'L. Martens', 'Sofía', 'Ahmed', 'Grace', 'Mr Lindqvist'],
  ...['Yuki', 'Pauline D.', 'Oskar', 'Dana', 'Family Brandt', 'Nora', 'Luca', 'Beatrice', 'Emre', 'Hannah'],
];
const OPENINGS = [
  'Hello,',
  'Good morning,',
  'Hi there,',
  'Dear shop,',
  'Good evening, I have not written to you before.',
  'Hello again,',
  'To whom it may concern:',
  '',
];
const ORDERED = [
  (product: string, order: number) => `it is about the ${product} from order ${order}.`,
  (product: string, order: number) => `three weeks ago I ordered the ${product} (order ${order}).`,
  (product: string, order: number) => `I am writing because of the ${product}, order number ${order}.`,
  (product: string, order: number) => `my daughter gave me the ${product} for my birthday; the order was ${order}.`,
  (product: string, order: number) => `order ${order}, the ${product}.`,
  (product: string, order: number) => `last Tuesday I bought the ${product} from you, order ${order}.`,
];
const CLOSINGS = [
  'Thank you!',
  'I would be glad to hear from you soon.',
  'Best wishes',
  'Please answer before Friday, I am away after that.',
  'Thanks in advance',
  'I have been a customer for years and was always content.',
  '',
];

/** Sentences that raise a topic of the world, by its id. */
const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  danger: [
    'When I switched it on there was smoke, and it got too hot to touch.',
    'Yesterday it gave off sparks on my way home.',
    'There is a burning smell as soon as I charge it.',
    'My son saw smoke come out of the case last night.',
    'While I was cycling there were sparks from the cable, twice.',
  ],
  refund: [
    'I want my money back.',
    'When do I get the refund?',
    'I cancelled it in time and have seen no refund so far.',
    'You promised me my money back two weeks ago.',
    'Please tell me what became of my refund.',
  ],
  late: [
    'It has not arrived.',
    'We are still waiting for the parcel.',
    'The delivery is nine days overdue.',
    'According to your mail it was sent on Monday, and it has not arrived.',
    'I took a day off for the delivery and am still waiting for it.',
  ],
  return: [
    'I would rather send it back.',
    'How can I return it?',
    'I do not want to keep it, it is heavier than I thought.',
    'My wife bought the same one, so I would like to return it.',
    'It is too bright for me; I will send it back.',
  ],
  broken: [
    'The glass was cracked when I opened the box.',
    'It came broken.',
    'The clip is broken, right out of the box.',
    'What I found in the parcel was in pieces.',
    'The lens is cracked from one side to the other.',
  ],
  invoice: [
    'I also need the invoice for my employer.',
    'There was no bill in the parcel.',
    'Could I have the invoice once more? I deleted the mail.',
    'My tax adviser asks for the bill.',
    'The invoice has to be there by the end of the quarter.',
  ],
  address: [
    'We have moved since then.',
    'Please send it to my new address.',
    'I noticed that I gave you the wrong street.',
    'I moved on the first of the month and forgot to tell you.',
    'Can you still bring it to our new address?',
  ],
  warranty: [
    'Is there a warranty on it?',
    'How long does the guarantee last?',
    'It stopped working after a year; does the warranty cover that?',
    'I could not find a word about a guarantee in the booklet.',
    'A friend says that the warranty ended, is that so?',
  ],
  fitting: [
    'I do not see how to mount it.',
    'Does it fit my old touring bike?',
    'My handlebar is rather thick, will the holder go around it?',
    'The holder does not seem to fit my bike at all.',
    'Can I mount it on a cargo bike?',
  ],
  code: [
    'My voucher was not accepted.',
    'Can I still use the discount code from your newsletter?',
    'I forgot to enter my voucher.',
    'The discount code gave me an error.',
    'I have two of your vouchers; may I use each voucher in one order?',
  ],
};

const file = `${DIR}/world.yaml`;
const { play } = readWorld(fs.readFileSync(file, 'utf8'), file);
if (play === undefined) throw new Error(`${file} plays nothing`);
const { topics } = play;
const chance = stream('support_reply');
/** Danger is met alone, whatever else is drawn. */
const weights = topics.map((_, index) => (index === 0 ? 0 : 1 / (1 + 0.1 * index)));

function choose<T>(items: readonly T[]): T {
  return items[chance.int(items.length)] as T;
}

function topicsOf(index: number, { int, wpick }: Stream): number[] {
  if (index % EVERY_DANGER === 0) return [0];
  const wanted = TOPICS_OF_ONE[int(TOPICS_OF_ONE.length)] ?? 1;
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(wpick(weights));
  return [...chosen].sort((a, b) => a - b);
}

function message(ids: readonly string[], index: number): string {
  const order = 40_000 + index * 37 + chance.int(30);
  const opening = choose(OPENINGS);
  const about = choose(ORDERED)(choose(PRODUCTS), order);
  const first = opening.endsWith(',') || opening.endsWith(':') ? about : about.charAt(0).toUpperCase() + about.slice(1);
  const asked = pickSome(ids, ids.length, chance).map((id) => choose(SENTENCES[id] ?? []));
  return [opening, first, ...asked, choose(CLOSINGS), choose(NAMES)].filter((part) => part !== '').join(' ');
}

const lines = Array.from({ length: COUNT }, (_, index) => {
  const chosen = topicsOf(index, chance).flatMap((topic) => topics[topic] ?? []);
  const ids = chosen.map(({ id }) => id);
  const checks = chosen.map(({ id, line, says }) => ({
    id,
    contains: { at: 'reply', all: [says] },
    text: line,
  }));
  return {
    id: `m${String(index + 1).padStart(3, '0')}`,
    input: message(ids, index),
    checks,
    tags: ids,
    ...(ids.length === 1 && ids[0] === 'danger' ? { must_pass: true } : {}),
  };
});
fs.writeFileSync(`${DIR}/cases.jsonl`, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
