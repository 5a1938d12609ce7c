/**
 * The largest networks of homes and telephones whose names read like a cloud, a company or nothing at all; the others
 * are told by the words in their names. Found by going down the owners of most IPv4 addresses that no word classified.
 */

export const accessNetworkAsns: readonly number[] = [
  16591, // Google Fiber
  8881, // 1&1 Versatel
  12313, // 1&1 Versatel Deutschland
  8638, // 1&1 Versatel
  4134, // Chinanet
  4812, // China Telecom
  14593, // Space Exploration Technologies (Starlink)
  12322, // Free SAS
  15557, // SFR
  8452, // Telecom Egypt
  8151, // Uninet, of Telmex
  9141, // P4 (Play)
  45899, // VNPT
  7155, // Viasat
];

/** Starts of names, as in `owner-families.ts`. */
export const accessNetworkNames: readonly string[] = [
  'airtel',
  'at&t',
  'axtel',
  'bell canada',
  'bharat sanchar',
  'bharti airtel',
  'biglobe',
  'bredband2',
  'breezeline',
  'brightspeed',
  'cantv',
  'cell c',
  'china unicom',
  'claro',
  'cogeco',
  'comcel',
  'digi romania',
  'dna oyj',
  'eircom',
  'etihad etisalat',
  'etisalat',
  'ewe tel',
  'fastweb',
  'hi3g access',
  'iinet',
  'itissalat',
  'jcom',
  'kddi',
  'kpn',
  'lg dacom',
  'lg powercomm',
  'mtn',
  'mts pjsc',
  'netia',
  'ntt docomo',
  'ntt-me',
  'o2 czech',
  'odido',
  'one hungary',
  'one new zealand',
  'ooredoo',
  'optage',
  'orange',
  'p4 sp',
  'pccw ims',
  'pjsc "vimpelcom"',
  'pjsc megafon',
  '"kyivstar"',
  'plusnet',
  'proximus',
  'pt. indosat',
  'qtnet',
  'rcn',
  'reliance jio',
  'safaricom',
  'singtel',
  'sky uk',
  'softbank',
  'spark new zealand',
  'sunrise gmbh',
  'superonline',
  'swisscom',
  'tdc holding',
  'teksavvy',
  'tele2',
  'telenet',
  'telenor',
  'telia',
  'telkom',
  'telmex',
  'telstra',
  'tim s',
  'turkcell',
  'v tal',
  'verizon',
  'videotron',
  'viettel',
  'virgin media',
  'vivacom',
  'vodacom',
  'vodafone',
  'wana corporate',
  'wideopenwest',
  'wind tre',
  'zain',
];
