import type { OwnerClass } from '../../core/network.ts';
import { accessNetworkAsns, accessNetworkNames } from './access-networks.ts';

/**
 * Owners known by number or by the start of their name, most of all those whose name has no telling word in it.
 * Numbers and names were compared with the ownership data the table is built from. First family wins.
 * A name stands for all numbers of a company that has many; it is lower case and must end where a word ends.
 */
export type Family = {
  readonly class: OwnerClass;
  /** Why these belong together. */
  readonly reason: string;
  readonly asns: readonly number[];
  readonly names: readonly string[];
};

export const families: readonly Family[] = [
  {
    class: 'ci',
    reason: 'GitHub itself; its hosted runners leave from Microsoft (8075) and stay cloud',
    asns: [36459],
    names: [],
  },
  {
    class: 'vpn',
    reason: 'exits of commercial VPNs: Datacamp (CDN77, rented by many of them), PacketHub (NordVPN), and VPNs by name',
    asns: [
      60068, // Datacamp
      212238, // Datacamp
      39351, // 31173 Services
      216025, // Mullvad
      62371, // Proton
      208172, // Proton
      199218, // Proton
      209103, // Proton
      138233, // Proton
      136787, // PacketHub
      147049, // PacketHub
      207137, // PacketHub
      141039, // PacketHub
      272096, // PacketHub
      397540, // Windscribe
      203619, // IVPN
      201665, // Anonymizer
    ],
    names: ['mullvad vpn', 'packethub'],
  },
  {
    class: 'vpn',
    reason: 'organizations that run Tor exits',
    asns: [
      60729, // Stiftung Erneuerbare Freiheit
      205100, // F3 Netze
      208323, // Foundation for Applied Privacy
      62744, // Quintex Alliance Consulting
      396507, // Emerald Onion
      4224, // The Calyx Institute
      401370, // The Calyx Institute
      401401, // Unredacted
      401720, // Unredacted
      198093, // DFRI
    ],
    names: [],
  },
  {
    class: 'vpn',
    reason: 'relays of consumers: Cloudflare WARP; Cloudflare, Akamai (36183) and Fastly carry iCloud Private Relay',
    asns: [36183, 54113],
    names: ['cloudflare'],
  },
  {
    class: 'business',
    reason: "security gateways through which companies' own traffic leaves",
    asns: [],
    names: ['zscaler', 'netskope', 'cato networks', 'palo alto networks', 'iboss'],
  },
  {
    class: 'residential',
    reason: 'access networks without a telling word',
    asns: accessNetworkAsns,
    names: accessNetworkNames,
  },
  {
    class: 'business',
    reason: 'carriers whose customers are companies',
    asns: [],
    names: ['cogent communications', 'colt technology', 'gtt communications', 'level 3', 'ntt america', 'zayo'],
  },
  {
    class: 'business',
    reason: 'research networks, authorities and large companies without a telling word',
    asns: [
      786, // Jisc
      1103, // SURF
      1101, // SURF
      2200, // Renater
      137, // GARR
      559, // SWITCH
      237, // Merit
      2152, // CENIC
      2611, // Belnet
      2852, // CESNET
      1213, // HEAnet
      714, // Apple
      270, // NASA
      7941, // Internet Archive
    ],
    names: ['dod network', 'headquarters, usaisc', 'united states postal', 'ford motor', 'mercedes-benz', 'eli lilly'],
  },
  {
    class: 'cloud',
    reason: 'the clouds: Amazon, Google, Microsoft, Oracle, Alibaba, Tencent, IBM, Huawei, Baidu, ByteDance, Yandex',
    asns: [
      16509, // Amazon.com
      14618, // Amazon.com
      8987, // Amazon Data Services Ireland
      38895, // Amazon.com Tech Telecom
      15169, // Google
      396982, // Google
      8075, // Microsoft
      8068, // Microsoft
      8069, // Microsoft
      8070, // Microsoft
      31898, // Oracle
      37963, // Hangzhou Alibaba Advertising
      45102, // Alibaba (US)
      45090, // Shenzhen Tencent Computer Systems
      132203, // Shenzhen Tencent Computer Systems
      133478, // Tencent Cloud Computing
      36351, // IBM (SoftLayer)
      55990, // Huawei Cloud Service data center
      136907, // Huawei
      38365, // Baidu
      137718, // Beijing Volcano Engine Technology
      150436, // Byteplus, like Volcano Engine of ByteDance
      14340, // Salesforce, which holds Heroku
    ],
    names: [
      'amazon.com',
      'amazon data services',
      'amazon technologies',
      'google',
      'microsoft',
      'oracle',
      'alibaba cloud',
      'alibaba.com',
      'tencent',
      'shenzhen tencent',
      'ibm',
      'huawei cloud',
      'yandex.cloud',
      'salesforce',
      'ucloud information',
    ],
  },
  {
    class: 'hosting',
    reason: 'servers to rent, by the hour or the year',
    asns: [
      14061, // DigitalOcean
      24940, // Hetzner Online
      213230, // Hetzner Online
      212317, // Hetzner Online
      215859, // Hetzner
      16276, // OVH
      35540, // OVH
      63949, // Akamai Technologies
      48337, // Linode, of Akamai
      20473, // Vultr
      51167, // Contabo
      40021, // Contabo
      141995, // Contabo
      60781, // LeaseWeb Netherlands
      28753, // Leaseweb
      9009, // M247 Europe, also under many VPNs
      42973, // M247 UK
      16247, // M247 UK
      33970, // M247
      51332, // M247 Europe
      12876, // Scaleway
      29447, // Scaleway
      54265, // Scaleway US
      202023, // Scaleway
      197540, // netcup
      214996, // netcup
      47583, // Hostinger
      8560, // IONOS
      46606, // Unified Layer (Bluehost)
      26347, // New Dream Network (DreamHost)
      36352, // HostPapa (ColoCrossing)
      54290, // HostPapa
      53667, // FranTech (BuyVM)
      55286, // B2 Net Solutions
      49505, // Selectel
      50340, // Selectel
      9123, // Timeweb
      210976, // Timeweb
      197695, // Reg.ru
      44559, // IT HOSTLINE LTD
      216071, // SERVERS TECH
      210644, // AEZA INTERNATIONAL LTD
      216246, // Aeza Group
      215540, // GLOBAL CONNECTIVITY SOLUTIONS
      200019, // ALEXHOST
      48282, // Hosting technology LTD
      57043, // HOSTKEY
      58061, // Scalaxy
      206804, // EstNOC OU
      25369, // Hydra Communications
      202425, // IP Volume inc
      49453, // Global Layer
      60404, // The Infrastructure Group
      47890, // UNMANAGED LTD
      200651, // FlokiNET
      210558, // 1337 Services
      61138, // Zappie Host
      29066, // velia.net Internetdienste
      24961, // WIIT
      53755, // Input Output Flood
      35916, // MULTACOM CORPORATION
      40065, // CNSERVERS
      54600, // PEG TECH INC
      25820, // IT7 Networks
      35908, // Krypt Technologies
      46562, // Performive
      40676, // Psychz Networks
      64267, // Sprious
      396319, // Oxylabs
      30475, // Handy Networks
      40509, // Fly.io
      397273, // Render
      6939, // Hurricane Electric, of IPv6 tunnels
      54825, // Packet
      29222, // Infomaniak
      62240, // Clouvider
      50304, // Blix Solutions AS
      50673, // Serverius Holding
      43350, // NForce Entertainment
      8315, // WorldStream
      49981, // WorldStream
      11878, // tzulo, inc.
      63023, // GTHost
      51852, // Private Layer INC
      19318, // Interserver
      30058, // FDCservers.net
      21859, // Zenlayer
    ],
    names: [
      'digitalocean',
      'hetzner',
      'ovh',
      'linode',
      'akamai',
      'the constant company',
      'contabo',
      'leaseweb',
      'm247',
      'scaleway',
      'netcup',
      'godaddy.com',
      'rackspace',
      'hostroyale',
      'zenlayer',
      'clouvider',
      'kamatera',
      'upcloud',
      'worldstream',
      'i3d.net',
      'g-core labs',
      'aruba s.p.a',
      'phoenixnap',
      'equinix',
      'hivelocity',
      'interserver',
      'quadranet',
      'liquid web',
      'namecheap',
      'aeza',
      'fdcservers',
      'limelight networks',
      'incapsula',
      'squarespace',
    ],
  },
];
