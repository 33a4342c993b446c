// Resolves Compose files with the library of Docker Compose. Each line of the input names the files of one project, separated by |; each line of the output
// is what decides about connections, as JSON, or an error.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

type object = map[string]any

func resolve(files []string) (object, error) {
	options, err := cli.NewProjectOptions(files, cli.WithWorkingDirectory(filepath.Dir(files[0])), cli.WithEnv([]string{}),
		cli.WithEnvFiles(), cli.WithDotEnv, cli.WithProfiles([]string{"*"}), cli.WithoutEnvironmentResolution)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	services := object{}
	for _, service := range project.Services {
		if service.Provider != nil {
			continue
		}
		memberships := object{}
		for key, wish := range service.Networks {
			memberships[key] = object{"ipv4": "", "ipv6": "", "priority": 0}
			if wish != nil {
				memberships[key] = object{"ipv4": wish.Ipv4Address, "ipv6": wish.Ipv6Address, "priority": wish.GatewayPriority}
			}
		}
		ports := []string{}
		for _, port := range service.Ports {
			published := port.Published
			if published == "0" {
				published = ""
			}
			ports = append(ports, fmt.Sprintf("%s|%s|%d|%s", port.HostIP, published, port.Target, port.Protocol))
		}
		services[service.Name] = object{"networkMode": service.NetworkMode, "networks": memberships, "ports": ports,
			"containerName": service.ContainerName, "profiles": append([]string{}, service.Profiles...), "replicas": service.GetScale()}
	}
	networks := object{}
	for key, network := range project.Networks {
		subnets := []string{}
		for _, config := range network.Ipam.Config {
			subnets = append(subnets, config.Subnet+"|"+config.Gateway)
		}
		driver := network.Driver
		if driver == "" {
			driver = "bridge"
		}
		driverOptions := object{}
		for name, value := range network.DriverOpts {
			driverOptions[name] = value
		}
		networks[key] = object{"name": network.Name, "external": bool(network.External), "driver": driver, "internal": network.Internal,
			"ipv4": network.EnableIPv4 == nil || *network.EnableIPv4, "ipv6": network.EnableIPv6 != nil && *network.EnableIPv6,
			"options": driverOptions, "subnets": subnets}
	}
	return object{"name": project.Name, "services": services, "networks": networks}, nil
}

func main() {
	logrus.SetOutput(io.Discard)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := resolve(strings.Split(lines.Text(), "|"))
		if err != nil {
			answer = object{"error": err.Error()}
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}
