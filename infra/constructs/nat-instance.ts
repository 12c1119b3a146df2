import { CfnOutput, type Stack } from "aws-cdk-lib";
import {
  AmazonLinuxCpuType,
  type CfnInstance,
  type IMachineImage,
  InstanceClass,
  InstanceSize,
  InstanceType,
  MachineImage,
  NatInstanceProviderV2,
  NatTrafficDirection,
  OperatingSystemType,
  UserData,
} from "aws-cdk-lib/aws-ec2";

// A t4g.nano has half a gigabyte, which the package manager alone may fill; mirrors fail now and then.
const commands = [
  "set -euo pipefail",
  "dd if=/dev/zero of=/swapfile bs=1M count=1024",
  "chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile",
  "echo '/swapfile none swap defaults 0 0' >> /etc/fstab",
  "for attempt in 1 2 3 4 5 6 7 8 9 10; do dnf install -y nftables && break; sleep 10; done",
  "echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf",
  "sysctl --load /etc/sysctl.d/90-nat.conf",
  `echo 'table ip nat { chain postrouting { type nat hook postrouting priority 100; oifname != "lo" masquerade; }; }' > /etc/sysconfig/nftables.conf`,
  "systemctl enable --now nftables",
  "nft list table ip nat",
];

/** Amazon Linux as it is today, or, from the second deployment on, as it was at the first: another replaces the instance. */
function machineImage(imageId: string | undefined): IMachineImage {
  const latest = MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 });
  if (imageId === undefined) return latest;
  return { getImage: () => ({ imageId, osType: OperatingSystemType.LINUX, userData: UserData.forLinux() }) };
}

export interface NatInstance {
  readonly provider: NatInstanceProviderV2;
  /** To be called once the network is made of the provider. */
  finish(stack: Stack): void;
}

/**
 * The one instance through which functions reach the world. CDK's own set-up of it neither repeats nor reports a failed
 * installation; this one does, and the stack waits for its signal, as the migrations need it at once.
 */
export function natInstance(imageId: string | undefined): NatInstance {
  const userData = UserData.forLinux();
  userData.addCommands(...commands);
  const provider = new NatInstanceProviderV2({
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    machineImage: machineImage(imageId),
    userData,
  });
  return {
    provider,
    finish: (stack) => {
      for (const instance of provider.gatewayInstances) {
        userData.addSignalOnExitCommand(instance);
        const resource = instance.node.defaultChild as CfnInstance;
        resource.cfnOptions.creationPolicy = { resourceSignal: { count: 1, timeout: "PT10M" } };
        // Read by the next deployment, which keeps to it.
        new CfnOutput(stack, "NatImageId", { value: resource.imageId ?? "" });
      }
    },
  };
}
