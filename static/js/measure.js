// What a text costs, as the server counts it (campaigns/text/parts.py); tests/campaigns/text/measure_cases.json
// holds the two together.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const ALONE = { gsm7: 160, ucs2: 70 };
const JOINED = { gsm7: 153, ucs2: 67 };

const gsm = new Set(BASIC + EXTENSION);
const extension = new Set(EXTENSION);

const cost = {
  gsm7: (character) => (extension.has(character) ? 2 : 1),
  ucs2: (character) => character.length,
};

// Characters are code points; units are septets or UTF-16 code units. `position` counts characters, `index` is
// the place in the string, as a textarea's selection wants it.
export function measure(text) {
  const characters = Array.from(text);
  const position = characters.findIndex((character) => !gsm.has(character));
  const encoding = position < 0 ? "gsm7" : "ucs2";
  const costs = characters.map(cost[encoding]);
  const units = costs.reduce((sum, one) => sum + one, 0);
  const forcedBy =
    position < 0
      ? null
      : { character: characters[position], position, index: characters.slice(0, position).join("").length };
  return { encoding, characters: characters.length, units, parts: countParts(costs, units, encoding), forcedBy };
}

function countParts(costs, units, encoding) {
  if (units <= ALONE[encoding]) return units > 0 ? 1 : 0;
  let parts = 1;
  let used = 0;
  for (const one of costs) {
    if (used + one > JOINED[encoding]) {
      parts += 1;
      used = 0;
    }
    used += one;
  }
  return parts;
}

const encoder = new TextEncoder();

export function utf8Bytes(text) {
  return encoder.encode(text).length;
}

// What the carrier adds to file and text, where the limit counts it; a text alone is no MMS. As campaigns/media/size.py.
export function envelope(mediaBytes, textBytes, { partBytes = 0 }) {
  return mediaBytes ? partBytes * (textBytes ? 2 : 1) : 0;
}

// "over": media, text and envelope together exceed the hard limit. "advice": the media alone exceeds the advised size.
export function zone(mediaBytes, textBytes, { hard, advice, partBytes }) {
  if (mediaBytes + textBytes + envelope(mediaBytes, textBytes, { partBytes }) > hard) return "over";
  return mediaBytes > advice ? "advice" : "fits";
}
