/** An address at which a cloud gives a machine information about itself, including its credentials. */
export interface MetadataAddress {
  readonly block: string;
  readonly whose: string;
  /** Where the cloud documents it. */
  readonly source: string;
}

/**
 * Metadata services and similar services. Most clouds use a link-local address, and the table contains the whole of these blocks. The others have an
 * address that looks like any other, and each has a separate entry here.
 */
export const METADATA_ADDRESSES: readonly MetadataAddress[] = [
  {
    block: '169.254.0.0/16',
    whose: 'link-local addresses: AWS, Azure, Google Cloud, Oracle Cloud, OpenStack, DigitalOcean, Hetzner, Scaleway and others',
    source: 'https://www.rfc-editor.org/rfc/rfc3927',
  },
  {
    block: 'fe80::/10',
    whose: 'link-local addresses: OpenStack and Akamai at fe80::a9fe:a9fe',
    source: 'https://docs.openstack.org/nova/latest/admin/metadata-service.html',
  },
  {
    block: '168.63.129.16/32',
    whose: 'Azure: the host of the machine',
    source: 'https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16',
  },
  {
    block: '100.100.100.200/32',
    whose: 'Alibaba Cloud',
    source: 'https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata',
  },
  {
    block: '192.0.0.192/32',
    whose: 'Oracle Cloud at Customer and Compute Classic',
    source: 'https://docs.oracle.com/en/cloud/iaas/compute-iaas-cloud/stcsg/retrieving-instance-metadata.html',
  },
  {
    block: 'fd00:ec2::254/128',
    whose: 'AWS: instance metadata',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html',
  },
  {
    block: 'fd00:ec2::23/128',
    whose: 'AWS: credentials of pods',
    source: 'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html',
  },
  {
    block: 'fd20:ce::254/128',
    whose: 'Google Cloud: machines that have only IPv6',
    source: 'https://cloud.google.com/compute/docs/metadata/querying-metadata',
  },
  {
    block: 'fd00:c1::a9fe:a9fe/128',
    whose: 'Oracle Cloud',
    source: 'https://github.com/oracle/oci-python-sdk/blob/master/src/oci/auth/signers/instance_principals_security_token_signer.py',
  },
  {
    block: 'fd00:100::100:200/128',
    whose: 'Alibaba Cloud',
    source: 'https://cloudinit.readthedocs.io/en/latest/reference/datasources/aliyun.html',
  },
  {
    block: 'fd00:42::42/128',
    whose: 'Scaleway',
    source: 'https://cloudinit.readthedocs.io/en/latest/reference/datasources/scaleway.html',
  },
  {
    block: 'fd00:a9fe:a9fe::1/128',
    whose: 'Akamai',
    source: 'https://techdocs.akamai.com/cloud-computing/docs/metadata-service-api',
  },
];

/** Names that programs use for them. A machine that answers to such a name can issue credentials, or receive those of other machines. */
export const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.goog',
  'metadata.google.internal',
  'instance-data',
  'instance-data.ec2.internal',
];
